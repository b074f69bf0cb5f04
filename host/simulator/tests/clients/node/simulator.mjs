// Where the simulator is, who may ask it, and the bodies that every client here writes.

import { randomUUID } from 'node:crypto';

export const base = process.env.SIMULATOR;
export const realm = '4620816365000000001';
export const client = { id: 'simulator-client', secret: 'simulator-secret' };
export const refreshToken = `simulator-refresh-${realm}`;

export const name = (what) => `${what} ${randomUUID().slice(0, 13)}`;

export const sale = (more = {}) => ({
  CustomerRef: { value: '1' },
  Line: [{ Amount: 40, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: '3' } } }],
  ...more,
});

const expense = (more) => ({
  Line: [{
    Amount: 25,
    DetailType: 'AccountBasedExpenseLineDetail',
    AccountBasedExpenseLineDetail: { AccountRef: { value: '7' } },
  }],
  ...more,
});

const posting = (PostingType) => ({
  Amount: 10,
  DetailType: 'JournalEntryLineDetail',
  JournalEntryLineDetail: { PostingType, AccountRef: { value: '7' } },
});

// Transactions, which are deleted in the end.
export const transactions = {
  Bill: () => expense({ VendorRef: { value: '30' } }),
  CreditMemo: () => sale(),
  Deposit: () => ({
    DepositToAccountRef: { value: '35' },
    Line: [{ Amount: 10, DetailType: 'DepositLineDetail', DepositLineDetail: { AccountRef: { value: '1' } } }],
  }),
  Estimate: () => sale(),
  Invoice: () => sale(),
  JournalEntry: () => ({ Line: [posting('Debit'), posting('Credit')] }),
  Payment: () => ({ CustomerRef: { value: '1' }, TotalAmt: 10 }),
  Purchase: () => expense({ PaymentType: 'Cash', AccountRef: { value: '35' } }),
  PurchaseOrder: () => expense({ VendorRef: { value: '30' } }),
  RefundReceipt: () => sale({ DepositToAccountRef: { value: '35' } }),
  SalesReceipt: () => sale(),
  Transfer: () => ({ FromAccountRef: { value: '35' }, ToAccountRef: { value: '36' }, Amount: 5 }),
  VendorCredit: () => expense({ VendorRef: { value: '30' } }),
};

// Lists, whose objects are made inactive in the end.
export const lists = {
  Account: () => ({ Name: name('Account'), AccountType: 'Income' }),
  Class: () => ({ Name: name('Class') }),
  Customer: () => ({ DisplayName: name('Customer') }),
  Department: () => ({ Name: name('Department') }),
  Employee: () => ({ GivenName: name('Given'), FamilyName: name('Family') }),
  Item: () => ({ Name: name('Item'), Type: 'Service', IncomeAccountRef: { value: '79' } }),
  PaymentMethod: () => ({ Name: name('Pay') }),
  Term: () => ({ Name: name('Net'), DueDays: 45 }),
  Vendor: () => ({ DisplayName: name('Vendor') }),
};
