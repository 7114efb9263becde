import { useMemo } from 'react';
import { HeatLegend } from '../../charts/TokenStrip-legend';
import type { Slot } from '../../store/document';
import { useActions, useWorkbench } from '../../store/react';
import { selectAnalysis, selectInterventions, selectModelInfo, selectPanelSettings, selectText } from '../../store/selectors';
import type { TextRun, WorkbenchState } from '../../store/state';
import { Message } from '../../ui';
import { NEXT_TOKENS, textSettings } from './settings';
import { computedLine, doubledStart, heatScale, nextTokensOf } from './layout';
import { PromptEditor } from './PromptEditor';
import { SamplingControls } from './SamplingControls';
import { TextColumn } from './TextColumn';
import { answerOf } from './turns';
import { useChat } from './use-chat';
import { usePaintRecord } from './use-paint-record';
import { usePieces } from './use-pieces';
import styles from './Panel.module.css';

const selectPrompt = (state: WorkbenchState) => state.document.prompt;
const selectSampling = (state: WorkbenchState) => state.document.sampling;
const selectSettings = (state: WorkbenchState) => selectPanelSettings(state, 'text', textSettings);

/** Prompt in, base and steered text out. */
export default function TextPanel() {
  const info = useWorkbench(selectModelInfo);
  const prompt = useWorkbench(selectPrompt);
  const sampling = useWorkbench(selectSampling);
  const base = useWorkbench((state) => selectText(state, 'base'));
  const steered = useWorkbench((state) => selectText(state, 'steered'));
  const isSteering = useWorkbench(selectInterventions).length > 0;
  const actions = useActions();
  const { heat } = useWorkbench(selectSettings);
  const { chat, otherwise, writeAnew } = useChat(info, prompt);
  if (info === null)
    return (
      <Message tone="empty" title="No model yet">
        The prompt and the text appear as soon as a model is loaded.
      </Message>
    );
  const isRunning = isWriting(base) || isWriting(steered);
  const scale = heatScale(heat);
  const start = doubledStart(prompt, base, info.config.bosId);
  const warning =
    otherwise !== null
      ? { text: otherwise.text, fix: otherwise.fix, onFix: writeAnew }
      : start !== null && prompt.kind === 'text'
        ? {
            text: `begins with ${start}, which is put before every text anyway`,
            fix: `Remove ${start}`,
            onFix: () => actions.setPrompt({ kind: 'text', text: prompt.text.slice(start.length) }),
          }
        : null;
  return (
    <div className={styles.panel}>
      <PromptEditor
        prompt={prompt}
        dVocab={info.config.dVocab}
        hasTokenizer={info.hasTokenizer}
        isRunning={isRunning}
        chat={chat}
        answer={answerOf(steered ?? base, info.config.endIds)}
        warning={warning}
        onPrompt={actions.setPrompt}
        onGenerate={actions.regenerate}
        onStop={actions.stopGeneration}
        onUseText={() => {
          if (prompt.kind !== 'ids') return;
          const ids = prompt.ids.slice(prompt.ids[0] === info.config.bosId ? 1 : 0);
          actions.pieces(ids).then((tokens) => actions.setPrompt({ kind: 'text', text: tokens.join('') }), () => undefined);
        }}
      >
        <SamplingControls sampling={sampling} nCtx={info.config.nCtx} dVocab={info.config.dVocab} onChange={actions.setSampling} />
      </PromptEditor>
      <div className={styles.columns} data-count={isSteering ? 2 : 1}>
        <Column slot="base" nCtx={info.config.nCtx} />
        {isSteering ? <Column slot="steered" nCtx={info.config.nCtx} /> : null}
      </div>
      <footer className={styles.footer}>
        {scale === null ? null : <HeatLegend scale={scale} />}
        <span>{computedLine((steered ?? base)?.computedBy ?? base?.computedBy ?? null)}</span>
      </footer>
    </div>
  );
}

/** A text on its way; the short ones of a drag come and go too fast to be stopped by hand. */
function isWriting(run: TextRun | null): boolean {
  return run?.status === 'running' && run.dragged === null;
}

/** One run, wired to the store. */
function Column({ slot, nCtx }: { slot: Slot; nCtx: number }) {
  const run = useWorkbench((state) => selectText(state, slot));
  const answer = useWorkbench((state) => selectAnalysis(state, NEXT_TOKENS, slot));
  const pinned = useWorkbench((state) => state.document.pinned);
  const hovered = useWorkbench((state) => state.hover.pos);
  const { view, heat, ranks } = useWorkbench(selectSettings);
  const actions = useActions();
  const next = useMemo(() => nextTokensOf(answer), [answer]);
  const pieces = usePieces(next);
  const onHover = useMemo(() => (pos: number | null) => actions.setHover({ pos }), [actions]);
  usePaintRecord(slot === 'steered' ? run : null);
  return (
    <TextColumn
      slot={slot}
      run={run}
      next={next}
      nextProblem={answer.status === 'failed' ? answer.message : null}
      pieces={pieces}
      view={view}
      heat={heat}
      ranks={Number(ranks)}
      nCtx={nCtx}
      pinned={pinned}
      hovered={hovered}
      onPin={actions.pin}
      onHover={onHover}
      onRetry={actions.regenerate}
    />
  );
}
