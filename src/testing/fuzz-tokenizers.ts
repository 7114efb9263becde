import { encode, type Files } from './fuzz-model';
import type { Draw, Mutation } from './fuzz-mutations';

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)] as T;

/** Texts on which patterns go astray. */
export const HARD_TEXTS = [`${'a'.repeat(60)}!`, `${' '.repeat(300)}x`, 'ab'.repeat(400), `${'a '.repeat(200)}\n`, 'aaaa bbbb'];

const ATOMS = ['a', '[a-z]', '\\p{L}', '\\w', '.', '[^\\s]', ' ?', '\\s', 'ab', '(?:a|a)', '\\S'];
const COUNTS = ['', '*', '+', '?', '{2,}', '*?', '+'];
const ENDS = ['$', '!', '(?!\\S)', 'b', '', '\\z', '|.'];

/** A pattern out of parts that backtrack: many go on without end on one of the texts. */
function pattern(draw: Draw, depth = 0): string {
  const parts = Array.from({ length: 1 + draw(3) }, () => {
    const inner = depth < 2 && draw(2) === 0 ? `(${pattern(draw, depth + 1)})` : pick(draw, ATOMS);
    return inner + pick(draw, COUNTS);
  });
  return parts.join(draw(4) === 0 ? '|' : '') + (depth === 0 ? pick(draw, ENDS) : '');
}

const edit = (files: Files, change: (json: Record<string, unknown>) => void) => {
  const file = files['tokenizer.json'];
  if (file === undefined) return;
  const json = JSON.parse(new TextDecoder().decode(file)) as Record<string, unknown>;
  change(json);
  files['tokenizer.json'] = encode(JSON.stringify(json));
};

/** Patterns of a tokenizer, drawn at random: in the place of a pre-tokenizer, a normalizer or a decoder. */
export const patternMutation: Mutation = {
  name: 'another pattern in the tokenizer',
  apply(files, draw) {
    const Regex = draw(2) === 0 ? pick(draw, ['(a+)+$', '(a|a)*c', '(\\s*)*x!', '([a-z]+)*\\d', '(.*a){25}']) : pattern(draw);
    edit(files, (json) => {
      const split = { type: 'Split', pattern: { Regex }, behavior: pick(draw, ['Isolated', 'Removed', 'MergedWithPrevious']), invert: draw(2) === 0 };
      const replace = { type: 'Replace', pattern: { Regex }, content: pick(draw, ['', ' ', 'b']) };
      const place = draw(4);
      if (place === 0) json['normalizer'] = replace;
      else if (place === 1) json['decoder'] = { type: 'Sequence', decoders: [replace, json['decoder']] };
      else if (place === 2) json['pre_tokenizer'] = split;
      else json['pre_tokenizer'] = { type: 'Sequence', pretokenizers: [split, json['pre_tokenizer'] ?? { type: 'ByteLevel', add_prefix_space: false, use_regex: true }] };
    });
  },
};

const TEMPLATES = [
  '{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}',
  "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{{ m.content }}{% endfor %}",
  "{% set ns = namespace(x='a') %}{% for i in range(1000) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
  '{% for i in range(9999) %}{% for j in range(9999) %}{{ i }}{% endfor %}{% endfor %}',
  "{% if messages[0].role == 'system' %}{{ raise_exception('Only user and assistant turns are known') }}{% endif %}{{ messages[0].content }}",
  "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Turns must alternate') }}{% endif %}{{ m.content }}{% endfor %}",
  '{% if messages[0].role == "user" %}{{ messages | length }}{% else %}none{% endif %}',
];

/** A chat template, drawn from good and bad ones and broken by a few characters. */
export const templateMutation: Mutation = {
  name: 'another chat template',
  apply(files, draw) {
    let template = pick(draw, TEMPLATES);
    for (let n = draw(2); n > 0; n -= 1) {
      const at = draw(template.length);
      template = template.slice(0, at) + pick(draw, ['', '{{', '%}', '|', '(', "'", 'x', '.y', '[0]']) + template.slice(at + draw(3));
    }
    files['chat_template.jinja'] = encode(template);
  },
};
