import { useEffect, useState } from 'react';
import type { FeatureRef } from '../../anatomy/dictionary';
import { messageOf } from '../../lib/errors';
import type { FeatureRecord } from '../../dictionaries/records';
import { featureKey } from './library';
import { useLibrary, useLibraryState } from './port';

export type RecordState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly record: FeatureRecord }
  | { readonly status: 'failed'; readonly message: string };

/** The record of a feature, fetched when it is asked for. */
export function useRecord(feature: FeatureRef): RecordState {
  const library = useLibrary();
  const model = useLibraryState((state) => state.model);
  const columns = useLibraryState((state) => state.columns);
  const key = `${model ?? ''} ${featureKey(feature)}`;
  const [held, setHeld] = useState<{ readonly key: string; readonly state: RecordState } | null>(null);
  const { dictionary, index } = feature;
  // Imported records take the place of what was there.
  useEffect(() => {
    let isWanted = true;
    library.record({ dictionary, index }).then(
      (record) => isWanted && setHeld({ key, state: { status: 'ready', record } }),
      (error: unknown) => isWanted && setHeld({ key, state: { status: 'failed', message: messageOf(error) } }),
    );
    return () => {
      isWanted = false;
    };
  }, [library, key, dictionary, index, columns]);
  return held?.key === key ? held.state : { status: 'loading' };
}
