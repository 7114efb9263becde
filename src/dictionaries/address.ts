import type { DictionaryId } from '../anatomy/dictionary';
import { parseDictionaryId } from '../anatomy/dictionary';
import { readHubAddress } from '../models/hub-address';

const PAGE = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([^/]+\/[^/?#]+)(?:\/(?:tree|blob|resolve|raw)\/([^/?#]+)(?:\/([^?#]*))?)?\/?(?:[?#].*)?$/;
const NAME = /^(?:hf:)?([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/([^\s#]*))?$/;

/**
 * The name of a dictionary that a person means by what they wrote: `owner/name/folder`, `owner/name@revision/folder`, the address of a
 * page or file on huggingface.co, any other http address, or a name as links hold it. Null when it is none of them.
 */
export function readDictionaryAddress(text: string): DictionaryId | null {
  const trimmed = text.trim();
  if (/^(hub|url|catalogue):/.test(trimmed)) return parseDictionaryId(trimmed.replace(/#.*$/, '')) === null ? null : trimmed;
  const page = PAGE.exec(trimmed);
  if (page !== null) return hubId(page[1], page[2], page[3]);
  if (/^https?:\/\/\S+$/.test(trimmed)) return URL.canParse(trimmed) ? `url:${trimmed}` : null;
  const name = NAME.exec(trimmed);
  return name === null ? null : hubId(name[1], name[2], name[3]);
}

function hubId(id = '', revision = 'main', path = ''): DictionaryId | null {
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  const named = `hub:${id}@${revision}/${decoded(path).replace(/\/+$/, '')}`;
  return readHubAddress(`${id}@${revision}`) === null || parseDictionaryId(named) === null ? null : named;
}
