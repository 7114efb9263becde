import { interpolateLab, piecewise } from 'd3-interpolate';

/** Which surface a picture is drawn on. */
export type ThemeName = 'light' | 'dark';

/** 256 colours from one end of a scale to the other, as red, green and blue bytes in a row. */
export type Ramp = Uint8ClampedArray;

const STEPS = 256;

// Zero is the surface's own colour, so that only what differs from zero carries ink.
const SEQUENTIAL: Record<ThemeName, readonly string[]> = {
  light: ['#ffffff', '#cfe1f2', '#7fb4dd', '#2f78b7', '#08306b'],
  dark: ['#171b1f', '#1d3f66', '#2f73b3', '#7fb8ec', '#eaf4ff'],
};
// Negative red, zero the surface, positive blue: told apart with any of the common colour blindnesses.
const DIVERGING: Record<ThemeName, readonly string[]> = {
  light: ['#7f1020', '#c9413f', '#f3b9a6', '#ffffff', '#a9cde6', '#3d85bd', '#0b3a75'],
  dark: ['#ffc4b3', '#e8695a', '#6e2a2c', '#171b1f', '#1f4a78', '#5a9bd8', '#cfe6ff'],
};

// Points and lines on the surface: every step stands out from it, and lightness goes one way, whatever hues an eye can tell apart.
const POINTS: Record<ThemeName, readonly string[]> = {
  light: ['#3b0f70', '#2b6a99', '#178a7d', '#5f9e3a', '#c28f00'],
  dark: ['#6b5bb5', '#4f8fc0', '#3fb8a8', '#9ad25a', '#ffe169'],
};

/** Colours of what is or isn't: lightness and a hatch tell them apart where hue doesn't. */
export interface FlagColours {
  readonly active: string;
  readonly void: string;
  /** Strokes of the hatch on a void cell. */
  readonly hatch: string;
}
const FLAGS: Record<ThemeName, FlagColours> = {
  light: { active: '#1f5f99', void: '#f6ecdc', hatch: '#c39a5b' },
  dark: { active: '#74b4ee', void: '#33291b', hatch: '#8d6d3e' },
};

/** Ink of a picture that no scale gives: masked cells, the cursor, pinned rows, the line between prompt and response. */
export interface InkColours {
  readonly masked: string;
  readonly cursor: string;
  readonly pinned: string;
  readonly hover: string;
  readonly boundary: string;
  readonly text: string;
  readonly textFaint: string;
  readonly line: string;
  readonly prompt: string;
  readonly response: string;
}
const INK: Record<ThemeName, InkColours> = {
  light: {
    masked: '#c8c8c8',
    cursor: '#111417',
    pinned: '#b4540a',
    hover: '#5b6570',
    boundary: '#b4540a',
    text: '#1d2329',
    textFaint: '#5c6670',
    line: '#d5dae0',
    prompt: '#2f6ea8',
    response: '#b4540a',
  },
  dark: {
    masked: '#343941',
    cursor: '#ffffff',
    pinned: '#f0a55c',
    hover: '#9aa5b1',
    boundary: '#f0a55c',
    text: '#e4e9ee',
    textFaint: '#9aa5b1',
    line: '#353c45',
    prompt: '#74b4ee',
    response: '#f0a55c',
  },
};

function rampOf(stops: readonly string[]): Ramp {
  const colour = piecewise(interpolateLab, [...stops]);
  const ramp = new Uint8ClampedArray(STEPS * 3);
  for (let step = 0; step < STEPS; step += 1) ramp.set(parseColour(colour(step / (STEPS - 1))), step * 3);
  return ramp;
}

/** Red, green and blue, 0 to 255, of `#rrggbb` or `rgb(r, g, b)`. */
export function parseColour(text: string): [number, number, number] {
  const hex = /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  const parts =
    hex === undefined
      ? (text.match(/[\d.]+/g) ?? []).map(Number)
      : [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

const ramps = new Map<string, Ramp>();
const STOPS = { sequential: SEQUENTIAL, diverging: DIVERGING, points: POINTS };
function cachedRamp(kind: keyof typeof STOPS, theme: ThemeName): Ramp {
  const key = `${kind} ${theme}`;
  const known = ramps.get(key);
  if (known !== undefined) return known;
  const made = rampOf(STOPS[kind][theme]);
  ramps.set(key, made);
  return made;
}

/** For quantities from zero up, such as attention: surface to blue, lightness strictly one way. */
export const sequential = (theme: ThemeName): Ramp => cachedRamp('sequential', theme);
/** For signed quantities: red below zero, the surface at zero, blue above. Step 0 is −max, step 255 is +max. */
export const diverging = (theme: ThemeName): Ramp => cachedRamp('diverging', theme);
/** For points on the surface, such as those of a map, by an ordered quantity: no step is the surface's own colour. */
export const pointRamp = (theme: ThemeName): Ramp => cachedRamp('points', theme);
export const flagColours = (theme: ThemeName): FlagColours => FLAGS[theme];
export const inkColours = (theme: ThemeName): InkColours => INK[theme];

/** The step of a ramp for `value` between `min` and `max`; what lies outside takes the nearest end, NaN the low end. */
export function rampStep(value: number, min: number, max: number): number {
  const share = max > min ? (value - min) / (max - min) : 0;
  return Math.round(Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share)) * (STEPS - 1));
}

/** The colour at one step, as CSS. */
export function rampCss(ramp: Ramp, step: number): string {
  return `rgb(${ramp[step * 3] ?? 0}, ${ramp[step * 3 + 1] ?? 0}, ${ramp[step * 3 + 2] ?? 0})`;
}

/** A CSS gradient of the whole ramp, for legends. */
export function rampGradient(ramp: Ramp): string {
  const stops = [0, 32, 64, 96, 128, 160, 192, 224, 255].map((step) => rampCss(ramp, step));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

/** CIE lightness L* (0 to 100) of a colour: what makes it readable and orders a scale for the eye. */
export function lightness(red: number, green: number, blue: number): number {
  const linear = (byte: number) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const y = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return y <= 0.008856 ? 903.3 * y : 116 * Math.cbrt(y) - 16;
}
