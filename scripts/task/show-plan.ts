import type { Plan, Step } from '../../schemas/families/reasoning/plan.ts';
import { chain, columns, inWords, money, plain, short, time } from './words.ts';

/** The steps as a list that can be read as the graph it is: what each one is, costs and waits for. */
export function planLines(plan: Plan): string[] {
  const rows = plan.steps.map((step, index) => [
    `${index + 1}`,
    plain(step.id),
    plain(step.serviceName),
    step.estimatedCost === 0 ? 'free' : money(step.estimatedCost, plan.asset),
    step.pay === undefined ? '-' : `${short(step.pay.payTo)} on ${chain(step.pay.network)}`,
    comesFrom(step, plan),
  ]);
  return columns([['', 'step', 'service', 'price', 'paid to', 'works on'], ...rows]).map((row) => `  ${row}`);
}

/** Names the steps whose results a step takes, and those that it only waits for. */
function comesFrom(step: Step, plan: Plan): string {
  const makers = new Map(plan.steps.map(({ id, outputKey }) => [outputKey, id]));
  const sources = Object.values(step.inputMapping ?? {}).map((from) => from.split(/[.[]/)[0]!);
  const taken = new Set(sources.map((key) => makers.get(key) ?? key));
  const waits = step.dependencies.filter((id) => !taken.has(id));
  const said = [
    ...(taken.size === 0 ? [] : [[...taken].join(', ')]),
    ...(waits.length === 0 ? [] : [`after ${waits.join(', ')}`]),
  ];
  return plain(said.join('; ')) || 'your words';
}

/** What the whole plan costs, how long it usually takes and who gets money. */
export function totalLines(plan: Plan): string[] {
  const payees = payeesOf(plan);
  const total = plan.totalEstimatedCost === 0 ? 'nothing' : money(plan.totalEstimatedCost, plan.asset);
  const who =
    payees.length === 0 ? '' : ` to ${payees.length === 1 ? 'one payee' : `${payees.length} payees`}`;
  return [
    `Total: ${total}${who}, usually in ${time(plan.totalEstimatedTime)}. Plan ${plan.planHash.slice(0, 12)}…`,
  ];
}

export const payeesOf = ({ steps }: Plan): string[] => [
  ...new Set(steps.flatMap(({ pay }) => (pay === undefined ? [] : [pay.payTo]))),
];

/** Everything that the short list leaves out. */
export function wholeLines(plan: Plan): string[] {
  return [
    ...plan.steps.flatMap((step) => [
      `  ${plain(step.id)}: ${plain(step.action)}`,
      ...(step.serviceUrl === undefined
        ? []
        : [`    at       ${step.method ?? 'POST'} ${plain(step.serviceUrl)}`]),
      ...(step.pay === undefined
        ? []
        : [
            `    pays to  ${plain(step.pay.payTo)} on ${step.pay.network}, at most ${money(step.maxPrice, plan.asset)}`,
          ]),
      ...Object.entries(step.params).map(([name, value]) => `    ${plain(name)} = ${inWords(value)}`),
      ...Object.entries(step.inputMapping ?? {}).map(
        ([name, from]) => `    ${plain(name)} from ${plain(from)}`,
      ),
      ...(step.compensation === undefined ? [] : [`    undone by ${plain(step.compensation.url)}`]),
    ]),
    `  plan hash ${plan.planHash}`,
  ];
}
