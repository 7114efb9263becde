import { expect, it } from 'vitest';
import { axisLabels, COLUMN_ROOM } from './axis-labels';

it('keeps the position whole and cuts the token, however long the text', () => {
  expect(axisLabels([' a', ' a'])).toEqual(['·a 0', '·a 1']);
  expect(axisLabels([' little', ' fox'], 8)).toEqual(['·litt… 0', '·fox 1']);
  const long = axisLabels(Array.from({ length: 120 }, () => ' outside'), COLUMN_ROOM);
  expect([long[9], long[15], long[119]]).toEqual(['·outs… 9', '·out… 15', '·ou… 119']);
  expect(long.every((label) => label.length <= COLUMN_ROOM)).toBe(true);
});
