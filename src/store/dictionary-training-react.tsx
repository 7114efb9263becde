import { createContext, useContext, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { must } from '../lib/assert';
import type { DictionaryTraining } from './dictionary-training';
import type { DictionaryTrainingState } from './dictionary-training-ports';

const TrainingContext = createContext<DictionaryTraining | null>(null);

/** Gives the training, of which a page has one, to everything inside. */
export function DictionaryTrainingProvider({ training, children }: { training: DictionaryTraining; children: ReactNode }) {
  return <TrainingContext value={training}>{children}</TrainingContext>;
}

/** A part of the training's state, by a selector that gives the same object while nothing in it changed. */
export function useDictionaryTraining<T>(selector: (state: DictionaryTrainingState) => T): T {
  return useStore(must(useContext(TrainingContext), 'the DictionaryTrainingProvider around this component'), selector);
}
