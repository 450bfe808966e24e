import { scenario } from '../scenario.ts';

const FIRST = 5;
const sse = { accept: 'text/event-stream' };
const count = (text: string): number => text.split('\n\n').length - 1;

/** The feed of all runs, from its beginning: its first events are those of the first task. */
export const feed = scenario('feed', async (wire) => {
  const page = await wire.ask('a page', `GET /events?limit=${FIRST}`);
  const cursor = String(page.json['next_cursor']);
  await wire.ask('the next page', `GET /events?limit=2&after=${cursor}`);
  const enough = (text: string): boolean => count(text) > FIRST;
  await wire.ask('as SSE', 'GET /events?after=0', {
    headers: sse,
    enough,
    show: (text) => text.split('\n\n').slice(0, FIRST).join('\n\n'),
  });
  await wire.ask('as SSE from a position', 'GET /events', {
    headers: { ...sse, 'last-event-id': cursor },
    enough: (text) => count(text) > 1,
    show: (text) => text.split('\n\n').slice(0, 2).join('\n\n'),
  });
  await wire.ask('runs of a family that is not there', 'GET /runs?family=nothing');
  await wire.ask('attention', 'GET /attention');
  await wire.ask('payments', 'GET /payments');
});
