import { expect, test } from '@playwright/test';
import { generatedDocuments, NEEDS_EXPERTS } from './generated';
import { contentOf, hashOf } from './hash';
import { openApp, settled, textsOf } from './lacuna';
import { readRegistries } from './registry';

test('every registered direction, intervention, analysis and panel survives link → fresh profile → link with the same ids', async ({ page, browser }) => {
  test.setTimeout(600_000);
  const registered = await readRegistries();
  const documents = generatedDocuments(registered);
  // That nothing was left out.
  const text = JSON.stringify(documents);
  for (const kind of ['directions', 'interventions', 'analyses', 'panels'] as const) {
    expect(registered[kind].length, kind).toBeGreaterThan(3);
    for (const { id } of registered[kind]) expect(text, kind).toContain(`"id":"${id}"`);
  }
  await openApp(page);
  for (const [turn, document] of documents.entries())
    await test.step(`document ${turn + 1} of ${documents.length}`, async () => {
      const { problems } = await page.evaluate((hash) => window.lacuna.open(hash), hashOf({ document }));
      expect(problems).toEqual([]);
      await settled(page);
      const failed = await page.evaluate(() => {
        const { texts, answers } = window.lacuna.state();
        return { texts: [texts.base?.message, texts.steered?.message], answers: Object.entries(answers).filter(([, status]) => status === 'failed').map(([key]) => key) };
      });
      expect(failed.texts).toEqual([null, null]);
      expect(failed.answers.filter((key) => !NEEDS_EXPERTS.some((id) => key.includes(`"${id}"`)))).toEqual([]);
      const link = await page.evaluate(() => window.lacuna.permalink());
      const content = contentOf(link);
      // The model's hash comes by itself; everything else is what was generated.
      expect(content.document).toEqual({ ...document, model: { kind: 'catalogue', id: 'lacuna-16m', hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
      const texts = await textsOf(page);
      expect(texts.base?.length).toBeGreaterThan(0);
      expect(content.digest?.steered?.ids).toEqual(texts.steered);

      const fresh = await (await browser.newContext()).newPage();
      await openApp(fresh, link.slice(link.indexOf('#')));
      await settled(fresh);
      expect(await textsOf(fresh)).toEqual(texts);
      const again = await fresh.evaluate(() => ({ link: window.lacuna.permalink(), verdict: window.lacuna.state().verdict }));
      expect(again.verdict).toEqual({ kind: 'same' });
      expect(contentOf(again.link)).toEqual(content);
      await fresh.context().close();
    });
});
