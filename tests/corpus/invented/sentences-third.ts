import {
  ask,
  chart,
  kind,
  mood,
  nothing,
  plan,
  price,
  summary,
  type Call,
  type Sentence,
  type Wanted,
} from '../sentence.ts';

const call = (service: string, params: { [name: string]: Wanted } = {}): Call => ({ service, params });
const PICTURE = 'https://pics.example.com/cat.png';
/** Both sellers sell the same. */
const holidays = (countryCode: string, year: number) =>
  ['holidays-basic', 'holidays-plus'].map((id) => plan(call(id, { countryCode, year })));

/** Four for each of the twenty services. The rules may be made with these. */
export const inventedSentencesThird: Sentence[] = [
  ...kind(
    'filled',
    [
      'Status of flight LH400 on 5 January 2027',
      plan(call('flight-status', { flightNumber: 'LH400', departureDate: '2027-01-05' })),
    ],
    ['Where is the IP address 203.0.113.7?', plan(call('ip-locate', { ip: '203.0.113.7' }))],
    ['Which product has the barcode 4006381333931?', plan(call('ean-lookup', { ean: '4006381333931' }))],
    [
      'Sunrise at latitude 52.5 and longitude 13.4 on 2027-03-01',
      plan(call('sun-times', { latitude: 52.5, longitude: 13.4, date: '2027-03-01' })),
    ],
    ['Is the VAT number DE123456789 valid?', plan(call('vat-check', { vat_number: 'DE123456789' }))],
    [
      'Send an SMS to +4915112345678: "I am ten minutes late"',
      plan(call('sms-send', { to: '+4915112345678', message: 'I am ten minutes late' })),
    ],
    [
      'Order a courier to collect a package of 3 kg at 5 Rose Street, Edinburgh',
      ask('pickup', 'weightKg'),
      plan(call('courier-pickup', { pickup: { street: '5 Rose Street', city: 'Edinburgh' }, weightKg: 3 })),
    ],
    ['Public holidays in NO in 2027', ...holidays('NO', 2027), ask('year', 'countryCode')],
    ['Get the public holidays for country code DE, year 2028', ...holidays('DE', 2028)],
    ['Which words rhyme with "orange"?', plan(call('rhyme-finder', { word: 'orange' }))],
    [
      `Resize the picture ${PICTURE} to a width of 300 pixels`,
      plan(call('image-resize', { imageUrl: PICTURE, width: 300 })),
    ],
    [`Write a caption for ${PICTURE}`, plan(call('image-caption', { imageUrl: PICTURE }))],
    ['Find the postcode of Ulm', plan(call('postcode-finder', { town: 'Ulm' }))],
    [
      'Shipping cost of a box with a weight of 4 kg to the postal code 89073',
      plan(call('delivery-quote', { postal_code: '89073', weight_kg: 4 })),
    ],
    [
      'Verify the email address kim@example.org',
      plan(call('mailbox-check', { email_address: 'kim@example.org' })),
    ],
    [
      'Compute the sha256 hash of "hello world"',
      plan(call('text-hash', { text: 'hello world', algorithm: 'sha256' })),
    ],
    [
      'Train departures from the station Utrecht Centraal on 2027-01-05',
      ask('at'),
      plan(call('train-board', { station: 'Utrecht Centraal', at: '2027-01-05T00:00:00.000Z' })),
    ],
    ['Who is the author of ISBN 9780140328721?', plan(call('isbn-lookup', { isbn: '9780140328721' }))],
    [
      'Convert 10 miles to kilometers',
      plan(call('unit-convert', { value: 10, fromUnit: 'miles', toUnit: 'kilometers' })),
    ],
    [
      'Open a fortune cookie for me',
      plan(call('fortune-cookie', { query: { has: 'Open a fortune cookie for me' } })),
      plan(call('fortune-cookie', { query: { has: 'a fortune cookie' } })),
    ],
  ),
  ...kind(
    'lacking',
    ['Status of flight LH400', ask('departureDate')],
    ['Locate an IP address', ask('ip')],
    ['Look up a product by its barcode', ask('ean')],
    ['When is sunrise on 1 March 2027?', ask('latitude', 'longitude')],
    ['Validate a VAT number for me', ask('vat_number')],
    ['Send an SMS saying "I am late"', ask('to')],
    ['I need a courier for a package', ask('pickup', 'weightKg')],
    ['Public holidays in 2027', ask('countryCode')],
    ['Get the public holidays of DE', ask('year')],
    ['Find me some rhymes', ask('word')],
    [`Resize the picture ${PICTURE}`, ask('width')],
    ['Write a caption for my picture', ask('imageUrl')],
    ['I need a postcode', ask('town')],
    ['Shipping cost to the postal code 89073', ask('weight_kg')],
    ['Verify an email address', ask('email_address')],
    ['Hash the text "hello world"', ask('algorithm')],
    ['Show the train departures on 2027-01-05', ask('station')],
    ['Look up a book by ISBN', ask('isbn')],
    ['Convert 10 miles', ask('toUnit', 'fromUnit')],
    ['Convert miles to kilometers', ask('value')],
  ),
  ...kind(
    'similar',
    ['Book a flight to Lisbon on 5 January 2027', ...nothing],
    ['Hide my IP address', ...nothing],
    ['Print 500 barcodes for my shop', ...nothing],
    ['Find me a hotel with a view of the sunset', ...nothing],
    ['File my VAT return for 2026', ...nothing],
    ['Call +4915112345678 and tell them I am late', ...nothing],
    ['I want to work as a courier', ...nothing],
    ['Plan my holidays in Norway', ...nothing],
    ['Book a holiday home in France in 2027', ...nothing],
    ['Write a poem about the moon that rhymes', ...nothing],
    ['Paint a picture of a cat', ...nothing],
    [`Delete the picture ${PICTURE}`, ...nothing],
    ['Move to another town', ...nothing],
    ['Deliver a pizza to 89073', ...nothing],
    ['Send an email to kim@example.org', ...nothing],
    ['Crack the hash 5d41402abc4b2a76b9719d911017c592', ...nothing],
    ['Buy a train ticket from Utrecht to Gouda', ...nothing],
    ['Buy the book 9780140328721', ...nothing],
    ['Convert 100 euros to dollars', ...nothing],
    ['Bake cookies for my birthday', ...nothing],
  ),
  ...kind(
    'together',
    [
      'Resize the picture https://pics.example.com/dog.png to a width of 640 and write a caption for it',
      plan(
        call('image-resize', { imageUrl: 'https://pics.example.com/dog.png', width: 640 }),
        call('image-caption'),
      ),
      ask('imageUrl'),
    ],
    [
      'Find the postcode of Ulm, then get the shipping cost of a box with a weight of 4 kg to it',
      plan(call('postcode-finder', { town: 'Ulm' }), call('delivery-quote', { weight_kg: 4 })),
      ask('postal_code'),
    ],
    [
      `Write a caption for ${PICTURE} and find the sentiment of the caption`,
      plan(call('image-caption', { imageUrl: PICTURE }), mood()),
    ],
    [
      'Chart SOL for 10 days and verify the email address kim@example.org',
      plan(price('SOL', 10), chart, call('mailbox-check', { email_address: 'kim@example.org' })),
    ],
    [
      'Status of flight LH400 on 2027-01-05, and the postcode of Ulm',
      plan(
        call('flight-status', { flightNumber: 'LH400', departureDate: '2027-01-05' }),
        call('postcode-finder', { town: 'Ulm' }),
      ),
    ],
    [
      'Locate the IP address 203.0.113.7 and check the VAT number DE123456789',
      plan(call('ip-locate', { ip: '203.0.113.7' }), call('vat-check', { vat_number: 'DE123456789' })),
    ],
    [
      'Get ETH prices for 7 days and the product with the barcode 4006381333931',
      plan(price('ETH', 7), call('ean-lookup', { ean: '4006381333931' })),
    ],
    [
      'Hash "abc" with md5 and find the sentiment of "We won"',
      plan(call('text-hash', { text: 'abc', algorithm: 'md5' }), mood('We won')),
    ],
    [
      'Look up ISBN 9780140328721 and ISBN 9780261103573',
      plan(call('isbn-lookup', { isbn: '9780140328721' }), call('isbn-lookup', { isbn: '9780261103573' })),
      ask('isbn'),
    ],
    [
      'Public holidays of country code JP in the year 2027 for at most 1 cent',
      {
        ...plan(call('holidays-basic', { countryCode: 'JP', year: 2027 })),
        limits: { maxCost: { amount: '0.01', asset: 'USDC' } },
      },
    ],
    [
      'Public holidays of country code FR in the year 2027, not from Holiday Calendar Plus',
      {
        ...plan(call('holidays-basic', { countryCode: 'FR', year: 2027 })),
        limits: { notFrom: ['Holiday Calendar Plus'] },
      },
    ],
    [
      'Write a caption for https://pics.example.com/cat.png, but do not resize it',
      plan(call('image-caption', { imageUrl: PICTURE })),
    ],
    ['Verify the email addresses of my customers', ...nothing],
    ['Status of flight LUFTHANSA on 2027-01-05', ask('flightNumber')],
    ['Sunrise at latitude 152 and longitude 13.4 on 2027-03-01', ask('latitude')],
    ['Public holidays of country code US in the year 2027', ask('countryCode')],
    [`Resize the picture ${PICTURE} to a width of 9000 pixels`, ask('width')],
    ['Look up ISBN 123', ask('isbn')],
    ['Which product is 9780140328721 on the shelf called?', ...nothing, ask('isbn', 'ean')],
    [
      'Summarize "The fair was a success. We sold all we had." and send an SMS with it',
      ask('to'),
      { ...plan(summary()), partial: true },
    ],
  ),
];
