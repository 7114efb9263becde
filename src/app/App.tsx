import { FeaturesProvider } from '../panels/features/port';
import { NumericsProvider } from '../panels/numerics/port';
import { DictionaryTrainingProvider } from '../store/dictionary-training-react';
import { PromptSetsProvider } from '../store/prompt-sets-react';
import { WorkbenchProvider } from '../store/react';
import { ErrorBoundary } from './ErrorBoundary';
import { WorkbenchPort, type Wiring } from './port';
import { Shell } from './Shell';

/** The whole app, around parts that are already wired. */
export function App({ wiring }: { wiring: Wiring }) {
  return (
    <WorkbenchPort value={wiring}>
      <WorkbenchProvider store={wiring.store}>
        <PromptSetsProvider promptSets={wiring.promptSets}>
          <DictionaryTrainingProvider training={wiring.training}>
            <NumericsProvider job={wiring.numerics}>
              <FeaturesProvider library={wiring.features}>
                <ErrorBoundary what="The app">
                  <Shell />
                </ErrorBoundary>
              </FeaturesProvider>
            </NumericsProvider>
          </DictionaryTrainingProvider>
        </PromptSetsProvider>
      </WorkbenchProvider>
    </WorkbenchPort>
  );
}
