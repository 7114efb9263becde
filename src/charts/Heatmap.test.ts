import { describe, expect, it } from 'vitest';
import { layoutHeatmap } from './Heatmap';

// Labels take 72 + 16 + 2 of the width and 52 + 16 + 6 of the height.
describe('layoutHeatmap', () => {
  it('fills a wide box up to cells of 1.8 : 1', () => {
    expect(layoutHeatmap({ width: 490, height: 174 }, 50, 50)).toMatchObject({ cellHeight: 2, cellWidth: 3.6 });
    expect(layoutHeatmap({ width: 240, height: 174 }, 50, 50)).toMatchObject({ cellHeight: 2, cellWidth: 3 });
  });

  it('stays square in a narrow box, and small for few tokens', () => {
    expect(layoutHeatmap({ width: 190, height: 374 }, 50, 50)).toMatchObject({ cellHeight: 2, cellWidth: 2 });
    expect(layoutHeatmap({ width: 490, height: 374 }, 1, 1)).toMatchObject({ cellHeight: 44, cellWidth: 44 });
  });

  it('fills the width with positions and the height with other things, each for itself', () => {
    expect(layoutHeatmap({ width: 318, height: 174 }, 20, 100, 100, 'cols')).toMatchObject({ cellHeight: 5, cellWidth: 2 });
    expect(layoutHeatmap({ width: 418, height: 1074 }, 5, 3, 100, 'cols')).toMatchObject({ cellHeight: 22, cellWidth: 44 });
  });

  it('keeps some size where there is no room', () => {
    expect(layoutHeatmap({ width: 10, height: 10 }, 4, 4)).toMatchObject({ cellHeight: 4, cellWidth: 4 });
  });
});
