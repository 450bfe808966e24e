import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueService } from '../catalogue.ts';
import type { DraftStep } from '../draft.ts';
import { plainText } from '../../plain-text.ts';
import { decides, isOwnDefault, literalsOf, type Literal } from './deciding.ts';
import { literalsBehind } from './mapped-literals.ts';
import { findSaid, type Source } from './said-values.ts';
import type { Assumption, UnderstoodPart } from './understanding.ts';

/** What the literals of a plan's service calls are: said, assumed, or neither, and then they may not be bought with. */
export interface CheckedValues {
  parts: UnderstoodPart[];
  assumptions: Assumption[];
  unsaid: Literal[];
}

/** Looks every literal up in the words of the request and of the answers. */
export function checkValues(
  steps: readonly DraftStep[],
  services: readonly CatalogueService[],
  source: Source,
  reasons: readonly { step: string; field: string; why: string }[],
): CheckedValues {
  const byId = new Map(services.map((service) => [service.id, service]));
  const checked: CheckedValues = { parts: [], assumptions: [], unsaid: [] };
  for (const step of steps.filter(({ type }) => type === 'service_call')) {
    const service = step.serviceId === undefined ? undefined : byId.get(step.serviceId);
    const literals = [...literalsOf(step, service), ...literalsBehind(step, steps, service)];
    for (const literal of literals.slice(0, MOST_LITERALS)) checkLiteral(checked, literal, source, reasons);
    const more = literals.slice(MOST_LITERALS).find(decides);
    if (more !== undefined) checked.unsaid.push(more); // nobody says that much word for word
  }
  return checked;
}

const MOST_LITERALS = 500;

function checkLiteral(
  checked: CheckedValues,
  literal: Literal,
  source: Source,
  reasons: readonly { step: string; field: string; why: string }[],
): void {
  const { step, param: field, value } = literal;
  const said = findSaid(literal, source);
  if (said?.span !== undefined)
    checked.parts.push({
      text: source.reading.text.slice(...said.span),
      span: said.span,
      as: 'value',
      step,
      field,
      value,
    });
  if (said !== undefined && said.why === undefined) return;
  if (said === undefined && decides(literal) && !isOwnDefault(literal)) {
    checked.unsaid.push(literal);
    return;
  }
  const given = reasons.find((one) => one.step === step && one.field === field)?.why;
  checked.assumptions.push({ field, value, step, why: said?.why ?? plainReason(given) });
}

const plainReason = (why: string | undefined): string =>
  plainText((why ?? '').slice(0, 1000))
    .slice(0, 200)
    .toWellFormed() || 'The request does not say.';

/** What conditions compare with must be said, too: it decides what is bought afterwards. */
export function conditionProblems(steps: readonly DraftStep[], source: Source): string[] {
  return steps.flatMap(({ id, type, params }) => {
    const right = type === 'conditional' ? params['right'] : undefined;
    if (typeof right !== 'number') return [];
    const schema: JsonObject = {};
    const literal: Literal = {
      step: id,
      service: undefined,
      param: 'right',
      name: 'right',
      role: 'other',
      schema,
      value: right,
    };
    return findSaid(literal, source) === undefined
      ? [
          `Step "${id}" compares with ${right}, which the request does not say: take the number of the request, or ask.`,
        ]
      : [];
  });
}
