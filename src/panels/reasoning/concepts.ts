import { UserError } from '../../lib/errors';

/** A concept as features: it is active where one of them exceeds the threshold. */
export interface Concept {
  readonly name: string;
  /** Most telling first. */
  readonly features: readonly number[];
  readonly threshold: number;
}

const LINE = /^([^:]+):\s*(\d+(?:[\s,]+\d+)*)\s*>\s*(-?\d+(?:\.\d+)?)$/;

/** Reads concepts, one a line: `dog: 120, 33 > 0.8`. @throws UserError that names the line. */
export function parseConcepts(text: string): Concept[] {
  const concepts = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, features, threshold] = LINE.exec(line.trim()) ?? [];
      if (name === undefined || features === undefined) throw new UserError('bad-concept', `"${line.slice(0, 60)}": write a name, a colon, features, ">" and a threshold, such as dog: 120, 33 > 0.8.`);
      return { name: name.trim(), features: features.split(/[\s,]+/).map(Number), threshold: Number(threshold) };
    });
  const twice = concepts.find(({ name }, index) => concepts.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new UserError('bad-concept', `"${twice.name}" stands there twice.`);
  return concepts;
}

export function formatConcepts(concepts: readonly Concept[]): string {
  return concepts.map(({ name, features, threshold }) => `${name}: ${features.join(', ')} > ${Number(threshold.toPrecision(4))}`).join('\n');
}
