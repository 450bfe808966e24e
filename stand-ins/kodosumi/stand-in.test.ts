import { afterAll, beforeAll, describe } from 'vitest';
import { describeKodosumi } from '../../tests/kodosumi/contract.ts';
import { markdown, type StandInFlow } from './flow.ts';
import { testFlows } from './flows/samples.ts';
import { startKodosumiStandIn, type StandIn } from './stand-in.ts';

const fillers = Array.from({ length: 110 }, (_, number): StandInFlow => ({
  url: `/-/localhost/8001/filler/-/${number}`,
  summary: `Filler ${number}`,
  elements: [],
  run: () => Promise.resolve(markdown('')),
}));

let standIn: StandIn;

beforeAll(async () => {
  standIn = await startKodosumiStandIn({
    port: 0,
    username: 'admin',
    password: 'secret',
    flows: [...testFlows, ...fillers],
    appearAfterMs: 50,
    notFoundAfterMs: 100,
    aliveMs: 100,
    eofAfterMs: 300,
  });
});

afterAll(() => standIn.close());

describe('the stand-in for Kodosumi', () => {
  describeKodosumi(() => ({
    url: standIn.url,
    username: 'admin',
    password: 'secret',
    appearMs: 1000,
    patienceMs: 5000,
  }));
});
