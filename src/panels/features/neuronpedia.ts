import { UserError } from '../../lib/errors';
import { readFeature, type FeatureLabel } from '../../dictionaries/records';

export const NEURONPEDIA = 'https://www.neuronpedia.org';

/** A feature's page. `id` is `model/source`, such as `gpt2-small/6-res-jb`. */
export const neuronpediaPage = (id: string, index: number): string => `${NEURONPEDIA}/${pathOf(id)}/${index}`;
export const neuronpediaApi = (id: string, index: number, host = NEURONPEDIA): string => `${host}/api/feature/${pathOf(id)}/${index}`;

const pathOf = (id: string) => id.split('/').map(encodeURIComponent).join('/');

/**
 * The labels that Neuronpedia has for a feature: a GET request that carries the model's, the source's and the feature's names and
 * nothing else. Empty where nobody has labelled it.
 *
 * @param host where Neuronpedia, or a server like it, lies.
 * @throws UserError that says what went wrong and what can be done.
 */
export async function fetchLabels(id: string, index: number, host = NEURONPEDIA): Promise<readonly FeatureLabel[]> {
  let response: Response;
  try {
    response = await fetch(neuronpediaApi(id, index, host), { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch {
    throw new UserError(
      'unreachable',
      'Neuronpedia can’t be reached: this computer is offline, or the site didn’t let this page read its answer. Open the feature’s page there, or drop its JSON here.',
    );
  }
  if (response.status === 429) throw new UserError('rate-limit', 'Neuronpedia answers no more for now: it limits how often one address may ask in an hour. Try again later.');
  if (response.status === 404) throw new UserError('not-found', `Neuronpedia has no feature ${index} of ${id}.`);
  if (!response.ok) throw new UserError('refused', `Neuronpedia answered ${response.status}.`);
  const read = readFeature(objectOf(await response.text()));
  if (read === null) throw new UserError('not-records', 'Neuronpedia’s answer is no feature.');
  return read.record.labels;
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
