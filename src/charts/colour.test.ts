import { describe, expect, it } from 'vitest';
import {
  diverging,
  flagColours,
  inkColours,
  lightness,
  parseColour,
  pointRamp,
  rampCss,
  rampStep,
  sequential,
  type Ramp,
  type ThemeName,
} from './colour';

const themes: ThemeName[] = ['light', 'dark'];
const lightnessOf = (ramp: Ramp) =>
  Array.from({ length: 256 }, (_, step) => lightness(ramp[step * 3]!, ramp[step * 3 + 1]!, ramp[step * 3 + 2]!));
const lightnessOfCss = (css: string) => lightness(...parseColour(css));

/** What a person without red cones sees, after Viénot, Brettel and Mollon 1999 (linear RGB, simplified to sRGB bytes). */
function asProtanope([r, g, b]: [number, number, number]): [number, number, number] {
  const mixed = 0.11238 * r + 0.88762 * g;
  return [mixed, mixed, 0.00401 * r - 0.00401 * g + b];
}

describe('colour scales', () => {
  it('measures lightness: black 0, white 100, mid grey 53.6', () => {
    expect(lightness(0, 0, 0)).toBe(0);
    expect(lightness(255, 255, 255)).toBeCloseTo(100, 3);
    expect(lightness(128, 128, 128)).toBeCloseTo(53.585, 2);
  });

  it.each(themes)('the sequential scale goes one way in lightness, over at least 60 units (%s)', (theme) => {
    const values = lightnessOf(sequential(theme));
    const sign = theme === 'light' ? -1 : 1;
    for (let i = 1; i < values.length; i += 1) expect(sign * (values[i]! - values[i - 1]!)).toBeGreaterThan(-0.35); // byte rounding
    for (let i = 8; i < values.length; i += 8) expect(sign * (values[i]! - values[i - 8]!)).toBeGreaterThan(0);
    expect(Math.abs(values[255]! - values[0]!)).toBeGreaterThan(60);
  });

  it.each(themes)('the scale of points goes one way in lightness, away from the surface (%s)', (theme) => {
    const values = lightnessOf(pointRamp(theme));
    const surface = lightnessOfCss(theme === 'light' ? '#fcfdfd' : '#171b1f');
    for (let i = 8; i < values.length; i += 8) expect(values[i]! - values[i - 8]!).toBeGreaterThan(0);
    expect(Math.min(...values.map((value) => Math.abs(value - surface)))).toBeGreaterThan(30);
    expect(values[255]! - values[0]!).toBeGreaterThan(40);
  });

  it.each(themes)(
    'the diverging scale is the surface in the middle and moves away from it on both sides (%s)',
    (theme) => {
      const ramp = diverging(theme);
      const values = lightnessOf(ramp);
      const sign = theme === 'light' ? -1 : 1;
      for (let i = 135; i < 256; i += 8) expect(sign * (values[i]! - values[i - 8]!)).toBeGreaterThan(0);
      for (let i = 120; i >= 0; i -= 8) expect(sign * (values[i]! - values[i + 8]!)).toBeGreaterThan(0);
      const [lowRed, , lowBlue] = [ramp[40 * 3]!, 0, ramp[40 * 3 + 2]!];
      const [highRed, , highBlue] = [ramp[215 * 3]!, 0, ramp[215 * 3 + 2]!];
      expect(lowRed).toBeGreaterThan(lowBlue);
      expect(highBlue).toBeGreaterThan(highRed);
    },
  );

  it.each(themes)('active and void differ in lightness by 30, also without red cones (%s)', (theme) => {
    const { active, void: empty } = flagColours(theme);
    expect(Math.abs(lightnessOfCss(active) - lightnessOfCss(empty))).toBeGreaterThan(30);
    expect(
      Math.abs(lightness(...asProtanope(parseColour(active))) - lightness(...asProtanope(parseColour(empty)))),
    ).toBeGreaterThan(30);
  });

  it.each(themes)('masked cells are no value of the scale: grey, and not the surface (%s)', (theme) => {
    const [r, g, b] = parseColour(inkColours(theme).masked);
    expect(Math.max(r, g, b) - Math.min(r, g, b)).toBeLessThan(16);
    const zero = sequential(theme);
    expect(Math.abs(lightness(r, g, b) - lightness(zero[0]!, zero[1]!, zero[2]!))).toBeGreaterThan(12);
  });

  it('puts values on steps and clamps what lies outside', () => {
    expect(rampStep(0, 0, 1)).toBe(0);
    expect(rampStep(0.5, 0, 1)).toBe(128);
    expect(rampStep(7, 0, 1)).toBe(255);
    expect(rampStep(-7, -1, 1)).toBe(0);
    expect(rampStep(Number.NaN, 0, 1)).toBe(0);
    expect(rampStep(3, 2, 2)).toBe(0);
    expect(rampCss(sequential('light'), 0)).toBe('rgb(255, 255, 255)');
  });
});
