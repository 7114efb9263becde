import type { HeatScale } from '../../charts/TokenStrip-heat';
import { figure } from './words';

/** Heat from no activation to the largest one: colour is a / max a. */
export function activationHeat(max: number): HeatScale {
  const hot = max > 0 ? max : 1;
  return { label: 'activation', cold: 0, hot, ends: ['0', `${figure(hot)} max`], format: (value) => `activation ${figure(value)}${max > 0 ? ` (${Math.round((100 * value) / hot)}% of max)` : ''}` };
}
