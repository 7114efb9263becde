/** A number for a narrow column; – where there is none. */
export function figure(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (digits !== undefined) return value.toFixed(digits).replace('-', '−');
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toFixed(0) : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 0.01 || size === 0 ? value.toFixed(2) : value.toExponential(0);
  return text.replace('-', '−');
}

/** A share as per cent: 1.3%, 0.012%; "dead" for nothing at all; – where it isn't known. */
export function share(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (value === 0) return 'dead';
  const percent = 100 * value;
  if (percent < 0.0001) return '<0.0001%';
  return `${percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)}%`;
}
