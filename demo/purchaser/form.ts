import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { MipField } from '../../schemas/families/masumi/fields.ts';

const rule = (field: MipField, name: string): string | undefined =>
  field.validations?.find(({ validation }) => validation === name)?.value;

export const isOptional = (field: MipField): boolean => rule(field, 'optional') === 'true';

/** Fields that take a value. The others only show something. */
export const asking = (fields: readonly MipField[]): MipField[] =>
  fields.filter(({ type }) => type !== 'none');

/** The form as a table, with its texts above. */
export function formRows(fields: readonly MipField[]): string[][] {
  const rows = asking(fields).map((field) => [
    field.id,
    field.type,
    isOptional(field) ? 'optional' : 'required',
    field.data?.values?.join(' | ') ?? rulesOf(field),
    field.name === field.id ? '' : field.name,
  ]);
  return [['field', 'type', '', 'takes', ''], ...rows];
}

export const formTexts = (fields: readonly MipField[]): string[] =>
  fields.flatMap(({ type, data }) =>
    type === 'none' && data?.description ? data.description.split('\n') : [],
  );

const rulesOf = ({ validations = [] }: MipField): string =>
  validations
    .filter(
      ({ validation, value }) =>
        validation !== 'optional' && !(validation === 'format' && value === 'nonempty'),
    )
    .map(({ validation, value }) => `${validation} ${value}`)
    .join(', ');

/** What somebody without an opinion answers: defaults, placeholders, first choices. Optional texts are left out. */
export function usualAnswers(fields: readonly MipField[]): JsonObject {
  return Object.fromEntries(
    asking(fields).flatMap((field): [string, Json][] => {
      const value = usual(field);
      return value === undefined ? [] : [[field.id, value]];
    }),
  );
}

function usual(field: MipField): Json | undefined {
  const { data, type } = field;
  if (data?.default !== undefined) return data.default;
  // An optional choice is answered, too: a form with buttons exists for its choice.
  if (type === 'option') return data?.values?.[0];
  if (isOptional(field)) return undefined;
  if (type === 'boolean') return false;
  if (type === 'number') return Number(rule(field, 'min') ?? data?.placeholder ?? 0);
  return data?.placeholder ?? 'example';
}

/** The typed text as the field wants it; undefined when nothing was typed. */
export function typedValue(field: MipField, text: string): Json | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const number = Number(trimmed);
  if (field.type === 'number' && !Number.isNaN(number)) return number;
  if (field.type === 'boolean') return /^(y|yes|true|on|1)$/i.test(trimmed);
  return trimmed;
}
