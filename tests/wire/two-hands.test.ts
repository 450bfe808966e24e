import { expect, test } from 'vitest';
import { flowFirst } from './two-hands.ts';

const flow = (seq: number, event: string): string =>
  `{"run_id":"r","seq":${seq},"type":"step.progress","data":{"step":"flow","kodosumi":{"id":"7","event":"${event}"}},"at":"t"}`;
const job = (seq: number, type: string, data = '"lock":"l"'): string =>
  `{"run_id":"r","seq":${seq},"type":"${type}","data":{${data}},"at":"t"}`;

const RECORDED = [
  job(9, 'run.awaiting_input'),
  flow(10, 'lease'),
  flow(11, 'finished'),
  job(12, 'input.received', '"by":"local","lock":"l"'),
  job(13, 'run.running'),
  job(14, 'step.completed', '"step":"flow"'),
];

test('what a flow and its job write at the same time is one text, whoever was first', () => {
  expect(flowFirst(RECORDED)).toEqual(RECORDED);
  const mixed = [
    job(9, 'run.awaiting_input'),
    job(10, 'input.received', '"by":"local","lock":"l"'),
    flow(11, 'lease'),
    job(12, 'run.running'),
    flow(13, 'finished'),
    job(14, 'step.completed', '"step":"flow"'),
  ];
  expect(flowFirst(mixed)).toEqual(RECORDED);
});

test('all else keeps its order, and a number that is missing or told twice stays so', () => {
  const begun = [
    job(3, 'run.running', '"plan":null'),
    flow(4, 'starting'),
    flow(4, 'running'),
    flow(6, 'meta'),
  ];
  expect(flowFirst(begun)).toEqual(begun);
  const late = [job(1, 'step.completed', '"step":"flow"'), flow(2, 'finished')];
  expect(flowFirst(late)).toEqual(late);
});
