import type { ChoiceInput, FormInput } from './elements.ts';

/** Is this a choice among options, rather than a text? */
export const isChoice = (input: FormInput): input is ChoiceInput =>
  input.kind === 'select' || input.kind === 'radio' || input.kind === 'action';

/** Labels are shown when each of them means exactly one choice; else names are. */
function showsLabels({ choices }: ChoiceInput): boolean {
  const labels = choices.map(({ label }) => label);
  return !labels.includes('') && new Set(labels).size === labels.length;
}

/** What a form offers to choose from: labels, or names when labels are empty or not all different. */
export function shownValues(input: ChoiceInput): string[] {
  const by = showsLabels(input) ? 'label' : 'name';
  return [...new Set(input.choices.map((choice) => choice[by]))];
}

/** How a form shows the choice that is sent as `name`; undefined when it cannot be chosen. */
export function shownAs(input: ChoiceInput, name: string): string | undefined {
  const choice = input.choices.find((one) => one.name === name);
  return choice?.[showsLabels(input) ? 'label' : 'name'];
}

/** What a text chooses: `name` is sent. */
export type Chosen = { kind: 'chosen'; name: string } | { kind: 'none' } | { kind: 'ambiguous' };

/** Both names and labels choose. When a text is the name of one choice and the label of another, the shown one wins. */
export function choose(input: ChoiceInput, text: string): Chosen {
  const by = showsLabels(input) ? (['label', 'name'] as const) : (['name', 'label'] as const);
  for (const part of by) {
    const names = new Set(input.choices.filter((one) => one[part] === text).map(({ name }) => name));
    const [name] = names;
    if (name !== undefined) return names.size === 1 ? { kind: 'chosen', name } : { kind: 'ambiguous' };
  }
  return { kind: 'none' };
}
