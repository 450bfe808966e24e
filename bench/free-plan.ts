/**
 * Five free services of a made-up weather station, and the request that the planner of rules turns into one step, three
 * in parallel and one more. That is the shape of the peer's program. Their names occur nowhere else, so that no sample
 * service competes.
 */
export const freeRequest = (about = ''): string =>
  `${about && `This is for ${about}. `}Get the zephyr station weather. Calculate zephyr station statistics. ` +
  'Determine the zephyr station trend. Draw a zephyr station chart. Send a zephyr station alert.';

/** The request is always the same, so its plan comes from the cache. */
export const FREE_REQUEST = freeRequest();

/** Five paid services of the samples: history, statistics, chart, forecast and report. */
export const PAID_REQUEST =
  'Get the SOL price history of 30 days. Calculate statistics. Draw a line chart. Forecast the series. Compose a report.';

const number = { type: 'number' };
const text = { type: 'string' };
const series = { type: 'array', items: number };
const object = (properties: object): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

interface FreeService {
  path: string;
  method: 'GET' | 'POST';
  name: string;
  description: string;
  category: string;
  about: string;
  input: object;
  output: object;
  /** The answer to a call. */
  answer: object;
}

const SERVICES: readonly FreeService[] = [
  {
    path: 'zephyr-weather',
    method: 'GET',
    name: 'Zephyr Station Weather',
    description: 'Hourly weather measurements of the zephyr station',
    category: 'weather',
    about: 'weather',
    input: object({}),
    output: object({ series }),
    answer: { series: [11.2, 11.9, 12.4, 13.1, 12.8] },
  },
  {
    path: 'zephyr-statistics',
    method: 'POST',
    name: 'Zephyr Station Statistics',
    description: 'Statistics of zephyr station measurements',
    category: 'analysis',
    about: 'statistics',
    input: object({ series }),
    output: object({ spread: number }),
    answer: { spread: 1.9 },
  },
  {
    path: 'zephyr-trend',
    method: 'POST',
    name: 'Zephyr Station Trend',
    description: 'Trend of zephyr station measurements',
    category: 'analysis',
    about: 'trend',
    input: object({ series }),
    output: object({ slope: number }),
    answer: { slope: 0.4 },
  },
  {
    path: 'zephyr-chart',
    method: 'POST',
    name: 'Zephyr Station Chart',
    description: 'Chart of zephyr station measurements',
    category: 'drawing',
    about: 'chart',
    input: object({ series }),
    output: object({ picture: text }),
    answer: { picture: '<svg/>' },
  },
  {
    path: 'zephyr-alert',
    method: 'POST',
    name: 'Zephyr Station Alert',
    description: 'Send an alert about the zephyr station',
    category: 'messaging',
    about: 'alert',
    input: object({ series, spread: number, slope: number, picture: text }),
    output: object({ sent: { type: 'boolean' } }),
    answer: { sent: true },
  },
];

/** The calls of the plan in its order; the peer makes the same ones. */
export const FREE_CALLS = SERVICES.map(({ path, method }) => ({ path, method }));

export const answerOf = (path: string): object | undefined =>
  SERVICES.find((service) => service.path === path)?.answer;

/** The registry's page, as `GET /services` answers it. */
export function registryPage(baseUrl: string): object {
  return {
    services: SERVICES.map(({ path, method, name, description, category, about, input, output }) => ({
      id: path,
      name,
      description,
      url: `${baseUrl}/${path}`,
      method,
      category,
      pricePerCall: 0,
      currency: 'USDC',
      capabilities: [about, 'zephyr', 'station'],
      reputationScore: 10_000,
      uptimePercentage: 100,
      averageResponseTime: 5,
      totalCalls: 0,
      owner: 'bench',
      verified: true,
      inputSchema: input,
      outputSchema: output,
    })),
  };
}
