import { expect, it } from 'vitest';
import { readDictionaryAddress } from '.';

it.each([
  ['jbloom/GPT2-Small-SAEs-Reformatted/blocks.8.hook_resid_pre', 'hub:jbloom/GPT2-Small-SAEs-Reformatted@main/blocks.8.hook_resid_pre'],
  ['google/gemma-scope-2-270m-pt@abc123/resid_post/layer_12_width_16k_l0_medium', 'hub:google/gemma-scope-2-270m-pt@abc123/resid_post/layer_12_width_16k_l0_medium'],
  [' owner/name ', 'hub:owner/name@main/'],
  ['hf:owner/name/layer_3.safetensors', 'hub:owner/name@main/layer_3.safetensors'],
  ['https://huggingface.co/EleutherAI/sae-pythia-70m-32k/tree/main/layers.3', 'hub:EleutherAI/sae-pythia-70m-32k@main/layers.3'],
  ['https://huggingface.co/owner/name/blob/v1/a%20b/ae.pt?download=true', 'hub:owner/name@v1/a b/ae.pt'],
  ['https://huggingface.co/owner/name', 'hub:owner/name@main/'],
  ['https://example.org/saes/layer3/', 'url:https://example.org/saes/layer3/'],
  ['hub:owner/name@main/x#k=32', 'hub:owner/name@main/x#k=32'],
  ['url:https://example.org/x', 'url:https://example.org/x'],
  ['one-word', null],
  ['two words/here', null],
  ['owner/../name/x', null],
  ['ftp://example.org/x', null],
  ['datasets/owner/name', null],
])('%s → %s', (text, id) => {
  expect(readDictionaryAddress(text)).toBe(id);
});
