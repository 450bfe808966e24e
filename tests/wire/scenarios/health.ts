import { scenario } from '../scenario.ts';

export const health = scenario('health', async (wire) => {
  await wire.until('GET /health', (json) => String(json['status']) === 'healthy');
  await wire.ask('healthy', 'GET /health');
  await wire.ask('figures', 'GET /metrics');
  await wire.ask('figures for Prometheus: names and labels, as values differ', 'GET /metrics/prometheus', {
    show: (text) => text.replaceAll(/^([^#\s]\S*) \S+$/gm, '$1 <value>'),
  });
});
