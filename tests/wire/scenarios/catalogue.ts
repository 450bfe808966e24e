import { scenario } from '../scenario.ts';
import { outline } from '../outline.ts';
import { KEY } from './flows.ts';

export const catalogue = scenario('catalogue', async (wire) => {
  await wire.ask('the service', 'GET /', { headers: { accept: 'application/json' } });
  await wire.ask('the service as a page: only its head, its looks may change', 'GET /', {
    headers: { accept: 'text/html' },
    noBody: true,
  });
  await wire.ask('only the head', 'HEAD /livez');
  await wire.ask('alive', 'GET /livez');
  await wire.ask('ready', 'GET /readyz');
  await wire.ask('status', 'GET /status', {});
  await wire.ask('services', 'GET /services');
  await wire.ask('services of a category', 'GET /services?category=text');
  await wire.ask('services of a category that is not there', 'GET /services?category=nothing');
  await wire.ask('a service', 'GET /services/token-symbols');
  await wire.ask('a service that is not there', 'GET /services/nothing');
  await wire.ask('flows', 'GET /flows');
  await wire.ask('agents', 'GET /agents');
  await wire.ask('a flow', `GET /${KEY.hymn}`);
  await wire.ask('the key of receipts', 'GET /receipts/key');
  await wire.ask('documentation: only its head, its looks may change', 'GET /docs', { noBody: true });
  await wire.ask('the description: a line for each operation', 'GET /openapi.json', { show: outline });
});
