import {
  ask,
  askAny,
  chart,
  hotel,
  kind,
  mood,
  nothing,
  plan,
  price,
  summary,
  type Call,
  type PlanWanted,
  type Sentence,
  type Wanted,
} from '../sentence.ts';

const call = (service: string, params: { [name: string]: Wanted } = {}): Call => ({ service, params });
const part = (wanted: PlanWanted): PlanWanted => ({ ...wanted, partial: true });
const SOLANA_PAGE = 'https://en.wikipedia.org/wiki/Solana_(blockchain_platform)';
const SCAN = 'https://files.example.com/contract.pdf';
const table = (people: number): Call =>
  call('table-booking', { restaurant: 'Da Luca', date: '2027-01-15', time: '19:30', people });

/** Said where a page can be fetched, a text translated and a mail sent; written before its first run. */
export const inventedSentencesFourth: Sentence[] = [
  ...kind(
    'table',
    [`Summarize ${SOLANA_PAGE} for me`, plan(call('web-reader', { url: SOLANA_PAGE }), summary())],
    ['translate this, and book a hotel in Munich', ask('text', 'target_language', 'checkIn')],
    [
      'Summarize https://blog.example.org/solana about Solana',
      plan(call('web-reader', { url: 'https://blog.example.org/solana' }), summary()),
    ],
    ['pirce of solana last 30 days, make a chrat', plan(price('SOL', 30), chart)],
    ['price of DOGE2000', ...nothing],
    ['Help me with my crypto portfolio', ...nothing],
    [
      'Book a hotel in Paris, 12 to 15 December, two people, under 120 euros',
      askAny,
      { ...plan(hotel('Paris', '2026-12-12', 3)), tolerated: true },
    ],
  ),
  ...kind(
    'filled',
    [
      'Translate "Good morning, friends" into German',
      plan(call('translator', { text: 'Good morning, friends', target_language: 'German' })),
    ],
    [
      'How do you say "thank you" in Japanese?',
      plan(call('translator', { text: 'thank you', target_language: 'Japanese' })),
      askAny,
    ],
    [
      'Email kim@example.org: "The report is late."',
      plan(call('mail-send', { to: 'kim@example.org', body: 'The report is late.' })),
      askAny,
    ],
    [
      'Send an e-mail to kim@example.org with the subject "Lunch" and the body "See you at noon."',
      plan(call('mail-send', { to: 'kim@example.org', subject: 'Lunch', body: 'See you at noon.' })),
    ],
    [
      'Flights from CDG to JFK on 3 March 2027 for 2 passengers',
      plan(
        call('flight-search', {
          origin: 'CDG',
          destination: 'JFK',
          departure_date: '2027-03-03',
          passengers: 2,
        }),
      ),
    ],
    [
      'Rent a car in Porto from 4 May 2027 to 9 May 2027',
      plan(call('car-rental', { city: 'Porto', pickup_date: '2027-05-04', return_date: '2027-05-09' })),
      askAny,
    ],
    [
      'Generate an image of a red fox in the snow',
      plan(call('image-maker', { prompt: { has: 'a red fox in the snow' } })),
      plan(call('image-maker', { prompt: { has: 'an image of a red fox in the snow' } })),
      askAny,
    ],
    [`Run OCR on ${SCAN}`, plan(call('ocr-scan', { document_url: SCAN }))],
    ['Geocode 10 Downing Street, London', plan(call('geocoder', { address: '10 Downing Street, London' }))],
    ['Weather forecast for Hamburg, 5 days', plan(call('weather-forecast', { city: 'Hamburg', days: 5 }))],
    ['Is it going to rain in Bergen tomorrow?', askAny, plan(call('weather-forecast', { city: 'Bergen' }))],
    [
      'Find the latest news about electric ferries',
      plan(call('news-search', { query: 'electric ferries' })),
      askAny,
    ],
    ['Stock quote of AAPL', plan(call('stock-quote', { ticker: 'AAPL' }))],
    ['Convert 100 EUR to USD', plan(call('currency-convert', { amount: 100, from: 'EUR', to: 'USD' }))],
    [
      'How much is 250 euros in Swiss francs?',
      plan(call('currency-convert', { amount: 250, from: 'EUR', to: 'CHF' })),
      askAny,
    ],
    ['Book a table at Da Luca on 15 January 2027 at 19:30 for 4 people', plan(table(4)), askAny],
    [
      'Put "Dentist" in my calendar on 2027-01-05 at 09:30',
      plan(
        call('calendar-event', {
          title: 'Dentist',
          start: { oneOf: ['2027-01-05T09:30:00.000Z', '2027-01-05T09:30:00Z', '2027-01-05T09:30'] },
        }),
      ),
      askAny,
    ],
    [
      'Fetch the page https://example.com/prices.html',
      plan(call('web-reader', { url: 'https://example.com/prices.html' })),
    ],
  ),
  ...kind(
    'lacking',
    ['Translate "Good morning"', ask('target_language')],
    ['Translate "Good morning" into Klingon', ask('target_language'), ...nothing],
    ['Translate my letter into French', ask('text')],
    ['Send an e-mail to my boss saying "I am ill"', ask('to')],
    ['Send an e-mail to kim@example.org', ask('body')],
    ['Find flights from CDG to JFK on 3 March 2027', ask('passengers')],
    [
      'I want to fly to Rome in March',
      ask('origin', 'destination', 'departure_date', 'passengers'),
      ...nothing,
    ],
    ['Rent a car in Porto on 4 May 2027', ask('return_date')],
    ['Generate an image', ask('prompt')],
    ['What is the weather forecast?', ask('city'), askAny],
    ['Book a table for four on 15 January 2027', ask('restaurant', 'time')],
    ['Convert 100 EUR', ask('to')],
    ['Convert 100 EUR to SEK', ask('to'), ...nothing],
    ['Stock quote please', ask('ticker')],
    ['Summarize the web page', ask('url', 'text', 'data')],
  ),
  ...kind(
    'similar',
    ['Teach me German', ...nothing],
    ['Reply to the e-mail of Kim', ...nothing],
    ['Delete the image of the fox', ...nothing],
    ['Cancel my table at Da Luca on 15 January 2027', ...nothing],
    ['Buy 10 shares of AAPL', ...nothing],
    ['Build me a web page about cats', ...nothing],
    ['Repair my car in Porto', ...nothing],
    ['Who wrote the news of the world?', ...nothing],
  ),
  ...kind(
    'together',
    [
      `Summarize ${SOLANA_PAGE} and translate the summary into French`,
      plan(
        call('web-reader', { url: SOLANA_PAGE }),
        summary(),
        call('translator', { target_language: 'French' }),
      ),
      askAny,
    ],
    [
      'Read https://example.com/a and e-mail a summary of it to kim@example.org',
      plan(
        call('web-reader', { url: 'https://example.com/a' }),
        summary(),
        call('mail-send', { to: 'kim@example.org' }),
      ),
      askAny,
    ],
    [
      'Translate "We won" into Spanish and tell me the sentiment of "We won"',
      plan(call('translator', { text: 'We won', target_language: 'Spanish' }), mood('We won')),
    ],
    [
      'Translate "Book a hotel in Nice on 1 May 2027 and send an e-mail to eve@example.com" into Italian',
      plan(
        call('translator', {
          text: 'Book a hotel in Nice on 1 May 2027 and send an e-mail to eve@example.com',
          target_language: 'Italian',
        }),
      ),
    ],
    [`OCR ${SCAN}, then summarize the text`, plan(call('ocr-scan', { document_url: SCAN }), summary())],
    [
      'Get the weather forecast for Oslo and book a hotel there on 4 May 2027',
      plan(call('weather-forecast', { city: 'Oslo' }), hotel('Oslo', '2027-05-04', 1)),
      askAny,
    ],
    [
      'Stock quotes of AAPL and MSFT',
      plan(call('stock-quote', { ticker: 'AAPL' }), call('stock-quote', { ticker: 'MSFT' })),
      askAny,
    ],
    [
      'Chart SOL for 10 days and send the chart to kim@example.org',
      plan(price('SOL', 10), chart, call('mail-send', { to: 'kim@example.org' })),
      part(plan(price('SOL', 10), chart)),
      askAny,
    ],
    ['Generate an image of a lighthouse for at most 5 cents', { refuse: 'MAX_COST_EXCEEDED' }, askAny],
    ['Weather forecast for Lyon, not by e-mail', plan(call('weather-forecast', { city: 'Lyon' })), askAny],
    [
      'Convert 50 GBP to JPY and get the news about the yen',
      plan(
        call('currency-convert', { amount: 50, from: 'GBP', to: 'JPY' }),
        call('news-search', { query: { oneOf: ['the yen', 'yen'] } }),
      ),
      askAny,
    ],
    [
      'Tell me the mood of the page https://example.com/review',
      plan(call('web-reader', { url: 'https://example.com/review' }), mood()),
    ],
    [
      'Übersetze "Guten Tag" ins Französische',
      askAny,
      plan(call('translator', { text: 'Guten Tag', target_language: 'French' })),
    ],
  ),
];
