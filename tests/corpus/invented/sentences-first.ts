import {
  ask,
  askAny,
  chart,
  kind,
  mood,
  nothing,
  plan,
  price,
  report,
  summary,
  type Call,
  type Sentence,
  type Wanted,
} from '../sentence.ts';

const call = (service: string, params: { [name: string]: Wanted }): Call => ({ service, params });

/** Three for each of the first ten services. The rules may be made with these. */
export const inventedSentencesFirst: Sentence[] = [
  ...kind(
    'filled',
    [
      'Extract the text of https://files.example.com/annual-report.pdf',
      plan(call('pdf-to-text', { url: 'https://files.example.com/annual-report.pdf' })),
    ],
    [
      'When is high tide in the harbour of Brest on 24 December 2026?',
      plan(call('tide-tables', { harbour: 'Brest', date: '2026-12-24' })),
    ],
    ['Is the domain blue-heron.org still free?', plan(call('domain-check', { domain: 'blue-heron.org' }))],
    ['Give me facts about the dog breed Beagle', plan(call('dog-breeds', { breed: 'Beagle' }))],
    ['What is the currency of Norway?', plan(call('country-currency', { country: 'Norway' }))],
    [
      'Make a QR code of "https://example.com/menu"',
      plan(call('qr-code', { content: 'https://example.com/menu' })),
    ],
    [
      'Track my DHL parcel JD0146000065',
      plan(call('parcel-tracking', { carrier: 'dhl', trackingNumber: 'JD0146000065' })),
    ],
    [
      'How many calories has a recipe of: 200 g flour, 2 eggs, 50 g butter',
      plan(call('recipe-nutrition', { ingredients: { has: '200 g flour, 2 eggs, 50 g butter' } })),
    ],
    [
      'Map of the night sky above Tartu on 5 January 2027',
      plan(call('star-chart', { place: 'Tartu', date: '2027-01-05' })),
    ],
    ['How good is the air in Delhi? Get the air quality', plan(call('air-quality', { city: 'Delhi' }))],
  ),
  ...kind(
    'lacking',
    ['Read a PDF for me', ask('url')],
    ['Tide times of Brest harbour', ask('date')],
    ['Check if my domain name is available', ask('domain')],
    ['Tell me facts about a dog breed', ask('breed')],
    ['Look up the currency of a country', ask('country')],
    ['I need a QR code', ask('content')],
    ['Where is my parcel? The tracking number is JD0146000065', ask('carrier')],
    ['Calculate the nutrition of a recipe', ask('ingredients')],
    ['Star map for 5 January 2027', ask('place')],
    ['What is the air quality?', ask('city')],
  ),
  ...kind(
    'together',
    [
      'Extract the text of https://files.example.com/q2.pdf and summarize it',
      plan(call('pdf-to-text', { url: 'https://files.example.com/q2.pdf' }), summary()),
    ],
    [
      'Tides in the harbour of Cork on 2027-02-02, as a report',
      plan(call('tide-tables', { harbour: 'Cork', date: '2027-02-02' }), report),
    ],
    [
      'Register the domain grey-owl.net for me',
      ...nothing,
      { ...plan(call('domain-check', { domain: 'grey-owl.net' })), tolerated: true },
    ],
    ['Find me a dog walker in Leeds', ...nothing],
    ['How many Norwegian crowns is one euro?', ...nothing],
    [
      'Chart SOL for 10 days and make a QR code of "see you at six"',
      plan(price('SOL', 10), chart, call('qr-code', { content: 'see you at six' })),
    ],
    ['Send a parcel to Oslo', ...nothing],
    ['Write me a recipe for pancakes', ...nothing, askAny],
    ['Line chart of BTC prices over 10 days', plan(price('BTC', 10), chart)],
    [
      'Air quality of Milan, and the sentiment of "We breathe again"',
      plan(call('air-quality', { city: 'Milan' }), mood('We breathe again')),
    ],
  ),
];
