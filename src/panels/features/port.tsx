import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';
import { must } from '../../lib/assert';
import type { FeatureLibrary, LibraryState } from './library';

const LibraryContext = createContext<FeatureLibrary | null>(null);

/** Gives the feature records, of which a page has one collection, to everything inside. */
export function FeaturesProvider({ library, children }: { library: FeatureLibrary; children: ReactNode }) {
  return <LibraryContext value={library}>{children}</LibraryContext>;
}

export function useLibrary(): FeatureLibrary {
  return must(useContext(LibraryContext), 'the FeaturesProvider around this component');
}

/** A part of the collection's state, by a selector that gives the same object while nothing in it changed. */
export function useLibraryState<T>(selector: (state: LibraryState) => T): T {
  const library = useLibrary();
  return useSyncExternalStore(library.subscribe, () => selector(library.getState()));
}
