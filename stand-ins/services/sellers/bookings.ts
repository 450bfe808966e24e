import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineService, ok, type ServiceAnswer, type ServiceDefinition } from '../definition.ts';
import type { BookingStore, Booking } from '../refunds/booking-store.ts';
import type { Refunder } from '../refunds/refunder.ts';

const ROOMS = 20;
/** How long a room is kept for a booking whose payment has not settled yet. */
const HOLD_MS = 60_000;
const DAY_MS = 86_400_000;

const BookingInput = z.looseObject({
  city: z.string().trim().min(1).max(100),
  checkIn: z
    .string()
    .refine(
      (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
      'must be a date like 2027-01-10',
    ),
  nights: z.coerce.number().int().min(1).max(30).default(1),
  guest: z.string().trim().min(1).max(200).default('Guest'),
});

const BookingOutput = z.object({
  bookingId: z.string(),
  status: z.literal('confirmed'),
  city: z.string(),
  room: z.number(),
  checkIn: z.string(),
  checkOut: z.string(),
  guest: z.string(),
});

const CancelInput = z.looseObject({ bookingId: z.string().min(1).max(100) });

export interface BookingDeps {
  readonly store: BookingStore;
  readonly refunder: Refunder;
}

/** Hotel rooms: paid when booked, paid back on chain when cancelled. */
export function createBookingService({ store }: BookingDeps): ServiceDefinition {
  return defineService({
    id: 'hotel-booking',
    name: 'Hotel Booking',
    description:
      'Book a hotel room in a city for some nights, a reservation that can be cancelled for a refund',
    category: 'travel',
    capabilities: ['book', 'booking', 'hotel', 'reservation', 'travel'],
    seller: 'travel',
    method: 'POST',
    path: '/bookings',
    price: 300_000n,
    chains: ['solana', 'evm'],
    reputationScore: 8900,
    verified: true,
    expectedMs: 50,
    compensation: { path: '/bookings/cancel', method: 'POST', inputMapping: { bookingId: 'bookingId' } },
    input: BookingInput,
    output: BookingOutput,
    example: {
      input: { city: 'Lisbon', checkIn: '2027-01-10', nights: 2, guest: 'Ada' },
      output: {
        bookingId: 'bk_example',
        status: 'confirmed',
        city: 'Lisbon',
        room: 1,
        checkIn: '2027-01-10',
        checkOut: '2027-01-12',
        guest: 'Ada',
      },
    },
    answer: (input) => book(store, input),
    onPaid: (answer, payment) => store.markPaid(String(answer['bookingId']), payment),
  });
}

function book(store: BookingStore, input: z.output<typeof BookingInput>): ServiceAnswer {
  const { city, checkIn, nights, guest } = input;
  const from = Date.parse(checkIn);
  const to = from + nights * DAY_MS;
  const taken = new Set(
    store
      .active(city, Date.now() - HOLD_MS)
      .filter((other) => other.from < to && from < other.to)
      .map((other) => other.room),
  );
  const room = Array.from({ length: ROOMS }, (_, index) => index + 1).find((number) => !taken.has(number));
  if (room === undefined)
    return { status: 409, body: { error: `${city} is fully booked then`, code: 'fully_booked' } };
  const booking: Booking = {
    bookingId: `bk_${randomUUID()}`,
    city,
    room,
    from,
    to,
    guest,
    madeAt: Date.now(),
  };
  store.add(booking);
  const date = (time: number) => new Date(time).toISOString().slice(0, 10);
  return ok({
    bookingId: booking.bookingId,
    status: 'confirmed',
    city,
    room,
    checkIn: date(from),
    checkOut: date(to),
    guest,
  });
}

/** Cancels and pays back. It is free, and asking again gets the same answer: a booking is refunded once. */
export async function cancelBooking(
  { store, refunder }: BookingDeps,
  input: unknown,
): Promise<ServiceAnswer> {
  const parsed = CancelInput.safeParse(input);
  if (!parsed.success) return { status: 400, body: { error: 'bookingId: the id that the booking answered' } };
  const booking = store.find(parsed.data.bookingId);
  if (!booking)
    return { status: 404, body: { error: `No booking ${parsed.data.bookingId}`, code: 'booking_not_found' } };
  if (!booking.payment) {
    return {
      status: 409,
      body: { error: 'The booking was never paid: there is nothing to refund', code: 'not_paid' },
    };
  }
  const transaction = await refunder.refund(booking);
  const { network, asset, amount } = booking.payment;
  return ok({
    bookingId: booking.bookingId,
    status: 'cancelled',
    refunded: true,
    refund: { transaction, network, asset, amount, payTo: booking.payment.payer },
  });
}
