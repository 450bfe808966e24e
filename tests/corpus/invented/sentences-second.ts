import {
  ask,
  chart,
  kind,
  nothing,
  plan,
  price,
  rate,
  report,
  summary,
  type Call,
  type Sentence,
  type Wanted,
} from '../sentence.ts';

const call = (service: string, params: { [name: string]: Wanted }): Call => ({ service, params });

/** Three for each of the other ten services. Nobody who writes rules reads these. */
export const inventedSentencesSecond: Sentence[] = [
  ...kind(
    'filled',
    ['Is the VAT number DE811907980 valid?', plan(call('vat-check', { vatNumber: 'DE811907980' }))],
    ['Convert 12.5 bar to psi', plan(call('unit-convert', { amount: 12.5, fromUnit: 'bar', toUnit: 'psi' }))],
    [
      'When is the name day of Zofia in Poland?',
      plan(call('name-days', { firstName: 'Zofia', country: 'PL' })),
      ask('country'),
    ],
    [
      'When can I see the satellite Hubble above Nairobi?',
      plan(call('satellite-passes', { satellite: 'Hubble', place: 'Nairobi' })),
    ],
    [
      'Look up the product with the barcode 4006381333931',
      plan(call('barcode-lookup', { ean: '4006381333931' })),
    ],
    [
      'Detect the language of "Hvor er biblioteket?"',
      plan(call('language-detect', { passage: 'Hvor er biblioteket?' })),
    ],
    [
      'Make a triad colour palette from #2458c5',
      plan(call('colour-palette', { baseColour: '#2458c5', scheme: 'triad' })),
    ],
    [
      'Sunrise and sunset in Bergen on 21 June 2027',
      plan(call('sun-times', { town: 'Bergen', day: '2027-06-21' })),
    ],
    [
      'Soil data at latitude 52.1 and longitude 9.8',
      plan(call('soil-data', { latitude: 52.1, longitude: 9.8 })),
    ],
    ['Search patents for folding bicycle', plan(call('patent-search', { keywords: 'folding bicycle' }))],
  ),
  ...kind(
    'lacking',
    ['Check a VAT number', ask('vatNumber')],
    ['Convert 40 psi into another unit of pressure', ask('toUnit')],
    ['Look up a name day', ask('firstName')],
    ['When does the ISS pass over my town?', ask('place')],
    ['Which product has this barcode?', ask('ean')],
    ['Which language is this?', ask('passage')],
    ['I want a colour palette for my web site', ask('baseColour')],
    ['When is sunrise in Bergen?', ask('day')],
    ['Soil type at latitude 52.1', ask('longitude')],
    ['Do a patent search', ask('keywords')],
  ),
  ...kind(
    'together',
    ['File my VAT return', ...nothing],
    ['Convert BTC to ETH', plan(rate('BTC', 'ETH'))],
    ['What is my name?', ...nothing],
    ['Launch a satellite', ...nothing],
    [
      'Find the product with barcode 4006381333931 and make a QR code of "4006381333931"',
      plan(call('barcode-lookup', { ean: '4006381333931' }), call('qr-code', { content: '4006381333931' })),
    ],
    ['Translate "Hvor er biblioteket?" into English', ...nothing],
    ['Paint my kitchen in a nice colour', ...nothing],
    [
      'Sunset in Cadiz on 2027-03-01, and a chart of ETH over 30 days',
      plan(call('sun-times', { town: 'Cadiz', day: '2027-03-01' }), price('ETH', 30), chart),
    ],
    [
      'Soil survey at latitude 48.2 and longitude 11.5, and compose a report of it',
      plan(call('soil-data', { latitude: 48.2, longitude: 11.5 }), report),
    ],
    [
      'Search patents for "solar kettle" and summarize what you find',
      plan(call('patent-search', { keywords: 'solar kettle' }), summary()),
    ],
  ),
];
