import { describe, expect, it } from 'vitest';
import {
  ApproveWorkflow,
  CreateWorkflow,
  DepositEscrow,
  PageQuery,
  UserId,
  WorkflowId,
} from '../reasoning.ts';

const body = { userId: 'user_123', input: 'Analyze last 30 days' };

describe('creating a workflow', () => {
  it('trims the input and counts characters, not code units', () => {
    expect(CreateWorkflow.parse({ ...body, input: '  0123456789 ' }).input).toBe('0123456789');
    expect(CreateWorkflow.safeParse({ ...body, input: '😀'.repeat(9) }).success).toBe(false);
    expect(CreateWorkflow.safeParse({ ...body, input: '😀'.repeat(5000) }).success).toBe(true);
    expect(CreateWorkflow.safeParse({ ...body, input: 'x'.repeat(5001) }).success).toBe(false);
  });

  it.each(['-1', '1e3', 'abc', ''])('refuses a maximum of %j', (maxCost) => {
    expect(CreateWorkflow.safeParse({ ...body, maxCost }).success).toBe(false);
  });

  it('takes money as its source text and time as a number or its text', () => {
    expect(CreateWorkflow.parse({ ...body, maxCost: '10.0', maxTime: '120000' })).toMatchObject({
      maxCost: '10.0',
      maxTime: 120000,
    });
    expect(CreateWorkflow.safeParse({ ...body, maxTime: -1 }).success).toBe(false);
  });
});

describe('other requests', () => {
  it('knows user and workflow ids', () => {
    expect(['user_123', 'a@b.c:d-e'].every((id) => UserId.safeParse(id).success)).toBe(true);
    expect(['', 'a b', 'x'.repeat(129), 'ü'].some((id) => UserId.safeParse(id).success)).toBe(false);
    expect(WorkflowId.safeParse('wf_1763690000000_0f8c2a6b1d4e7f90').success).toBe(true);
  });

  it('approves with nothing, or until a time in ms or ISO 8601', () => {
    expect(ApproveWorkflow.parse({})).toEqual({});
    expect(ApproveWorkflow.parse({ acceptPartial: true })).toEqual({ acceptPartial: true });
    expect(ApproveWorkflow.safeParse({ acceptPartially: true }).success).toBe(false);
    expect(ApproveWorkflow.parse({ expiresAt: 1763690000000 }).expiresAt).toBe(1763690000000);
    expect(ApproveWorkflow.parse({ expiresAt: '2025-11-21T02:00:00Z' }).expiresAt).toBe(
      '2025-11-21T02:00:00Z',
    );
    expect(ApproveWorkflow.safeParse({ expiresAt: 'tomorrow' }).success).toBe(false);
  });

  it('leaves the form of deposits to the money rules, which have a code of their own', () => {
    expect(DepositEscrow.safeParse({ amount: '1e3', signature: 's' }).success).toBe(true);
  });

  it.each(['0', '101', 'x', ''])('refuses a page of %j', (limit) =>
    expect(PageQuery.safeParse({ limit }).success).toBe(false),
  );
});
