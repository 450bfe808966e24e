import type { ServiceDefinition } from './definition.ts';

interface PaymentRequired {
  readonly x402Version: number;
  readonly resource: {
    readonly url: string;
    readonly description?: string;
    readonly mimeType?: string;
    readonly serviceName?: string;
    readonly tags?: string[];
  };
  readonly accepts: readonly unknown[];
  readonly extensions?: Record<string, unknown>;
}

/** Puts the paid services into the facilitator's catalogue, each with what its own 402 answer says just now. */
export async function registerInBazaar(
  services: readonly ServiceDefinition[],
  baseUrl: string,
  facilitatorUrl: string,
): Promise<void> {
  for (const service of services.filter(({ chains }) => chains.length > 0)) {
    const { resource, x402Version, accepts, extensions } = await readPrice(service, baseUrl);
    const { description, mimeType, serviceName, tags } = resource;
    const entry = {
      resource: `${baseUrl}${service.path}`,
      type: 'http',
      x402Version,
      accepts,
      description,
      mimeType,
      serviceName,
      tags,
      extensions,
    };
    const response = await postJson(`${facilitatorUrl}/discovery/resources`, entry);
    if (!response.ok)
      throw new Error(`${service.id} was not catalogued: ${response.status} ${await response.text()}`);
  }
}

/** The unpaid call that any buyer makes, with the service's own example. */
async function readPrice(service: ServiceDefinition, baseUrl: string): Promise<PaymentRequired> {
  const { method, path, example } = service;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(example.input)) query.set(name, String(value));
  const url = `${baseUrl}${path}`;
  const response = await (method === 'GET'
    ? fetch(`${url}?${query.toString()}`)
    : postJson(url, example.input));
  const header = response.headers.get('payment-required');
  if (response.status !== 402 || !header)
    throw new Error(`${service.id} answered ${response.status} instead of its price`);
  return JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as PaymentRequired;
}

const postJson = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
