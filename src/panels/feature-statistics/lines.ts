/** Characters and lines that one question may carry. */
const MOST_CHARACTERS = 18_000;
const MOST_LINES = 400;

/** Prompts as lines of one text, as many as a question may carry. Line breaks inside a prompt become spaces. */
export function asLines(prompts: readonly string[]): { readonly text: string; readonly used: readonly string[] } {
  const used: string[] = [];
  let characters = 0;
  for (const prompt of prompts) {
    const line = prompt.replace(/\s*[\r\n]+\s*/g, ' ').trim();
    if (line === '') continue;
    if (used.length >= MOST_LINES || characters + line.length + 1 > MOST_CHARACTERS) break;
    used.push(line);
    characters += line.length + 1;
  }
  return { text: used.join('\n'), used };
}
