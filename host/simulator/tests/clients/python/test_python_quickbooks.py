"""python-quickbooks with intuit-oauth, at work on the simulator. SIMULATOR is its address."""

import os
import unittest
import uuid

# The token library refuses plain HTTP, which is all that a loopback service needs.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

from intuitlib.client import AuthClient
from intuitlib.exceptions import AuthClientError
from quickbooks import QuickBooks, exceptions
from quickbooks import objects as o
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.objects.creditcardpayment_entity import CreditCardPayment

BASE = os.environ["SIMULATOR"]
REALM = "4620816365000000001"
DISCOVERY = BASE + "/.well-known/openid_sandbox_configuration/"


def connect(refresh_token="simulator-refresh-" + REALM):
    auth = AuthClient("simulator-client", "simulator-secret", BASE + "/back", DISCOVERY)
    QuickBooks.api_url_v3 = BASE + "/v3"
    return QuickBooks(auth_client=auth, refresh_token=refresh_token, company_id=REALM, minorversion=75)


def name(what):
    return f"{what} {uuid.uuid4().hex[:12]}"


def sale(**more):
    line = {
        "Amount": 40,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "3"}, "Qty": 2, "UnitPrice": 20},
    }
    return {"CustomerRef": {"value": "1"}, "Line": [line], **more}


def expense(**more):
    line = {
        "Amount": 25,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}},
    }
    return {"Line": [line], **more}


def journal():
    def line(side):
        detail = {"PostingType": side, "AccountRef": {"value": "7"}}
        return {"Amount": 10, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}

    return {"Line": [line("Debit"), line("Credit")]}


def deposit():
    line = {"Amount": 10, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": {"value": "1"}}}
    return {"DepositToAccountRef": {"value": "35"}, "Line": [line]}


# Class, body, and whether it is deleted (transactions) or made inactive (lists).
DELETED, INACTIVE = "delete", "inactive"
FLOWS = [
    (o.Account, lambda: {"Name": name("Account"), "AccountType": "Income"}, INACTIVE),
    (o.Class, lambda: {"Name": name("Class")}, INACTIVE),
    (o.Customer, lambda: {"DisplayName": name("Customer")}, INACTIVE),
    (o.Department, lambda: {"Name": name("Department")}, INACTIVE),
    (o.Employee, lambda: {"GivenName": name("Given"), "FamilyName": name("Family")}, INACTIVE),
    (o.Item, lambda: {"Name": name("Item"), "Type": "Service", "IncomeAccountRef": {"value": "79"}}, INACTIVE),
    (o.PaymentMethod, lambda: {"Name": name("Pay")}, INACTIVE),
    (o.Term, lambda: {"Name": name("Net"), "DueDays": 45}, INACTIVE),
    (o.Vendor, lambda: {"DisplayName": name("Vendor")}, INACTIVE),
    (o.Bill, lambda: expense(VendorRef={"value": "30"}), DELETED),
    (o.CreditMemo, sale, DELETED),
    (o.Deposit, deposit, DELETED),
    (o.Estimate, sale, DELETED),
    (o.Invoice, sale, DELETED),
    (o.JournalEntry, journal, DELETED),
    (o.Payment, lambda: {"CustomerRef": {"value": "1"}, "TotalAmt": 10}, DELETED),
    (o.Purchase, lambda: expense(PaymentType="Cash", AccountRef={"value": "35"}), DELETED),
    (o.PurchaseOrder, lambda: expense(VendorRef={"value": "30"}), DELETED),
    (o.RefundReceipt, lambda: sale(DepositToAccountRef={"value": "35"}), DELETED),
    (o.SalesReceipt, sale, DELETED),
    (o.TimeActivity, lambda: {"NameOf": "Employee", "EmployeeRef": {"value": "55"}, "Hours": 2}, DELETED),
    (o.Transfer, lambda: {"FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "36"}, "Amount": 5}, DELETED),
    (o.VendorCredit, lambda: expense(VendorRef={"value": "30"}), DELETED),
    (
        CreditCardPayment,
        lambda: {"BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "42"}, "Amount": 5},
        DELETED,
    ),
]


class OnTheSimulator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.qb = connect()

    def create(self, kind, body):
        return kind.from_json(body).save(qb=self.qb)

    def test_every_object_goes_through_its_life(self):
        for kind, body, end in FLOWS:
            with self.subTest(kind.qbo_object_name):
                stored = self.create(kind, body())
                self.assertEqual(kind.get(stored.Id, qb=self.qb).SyncToken, "0")
                found = kind.choose([stored.Id], qb=self.qb)
                self.assertEqual([row.Id for row in found], [stored.Id])
                if end == DELETED:
                    stored.PrivateNote = "changed"
                    if kind is o.TimeActivity:
                        stored.Description = "changed"
                        del stored.PrivateNote
                    changed = stored.save(qb=self.qb)
                    self.assertEqual(changed.SyncToken, "1")
                    changed.delete(qb=self.qb)
                    with self.assertRaises(exceptions.ObjectNotFoundException):
                        kind.get(stored.Id, qb=self.qb)
                else:
                    stored.Active = False
                    stored.save(qb=self.qb)
                    self.assertEqual(kind.choose([stored.Id], qb=self.qb), [])

    def test_what_can_be_voided_is_worth_nothing_then(self):
        bill = self.create(o.Bill, expense(VendorRef={"value": "30"}))
        link = {"Amount": 25, "LinkedTxn": [{"TxnId": bill.Id, "TxnType": "Bill"}]}
        paid = {
            "VendorRef": {"value": "30"},
            "PayType": "Check",
            "CheckPayment": {"BankAccountRef": {"value": "35"}},
            "TotalAmt": 25,
            "Line": [link],
        }
        for kind, body in [
            (o.Invoice, sale()),
            (o.SalesReceipt, sale()),
            (o.Payment, {"CustomerRef": {"value": "1"}, "TotalAmt": 10}),
            (o.BillPayment, paid),
        ]:
            with self.subTest(kind.qbo_object_name):
                stored = self.create(kind, body)
                answer = stored.void(qb=self.qb)[kind.qbo_object_name]
                self.assertEqual((answer["TotalAmt"], answer["PrivateNote"]), (0, "Voided"))

    def test_an_invoice_is_paid_printed_and_sent(self):
        invoice = self.create(o.Invoice, sale(BillEmail={"Address": "birds@amys.example"}))
        total = invoice.TotalAmt
        link = {"Amount": total, "LinkedTxn": [invoice.to_linked_txn().to_dict()]}
        self.create(o.Payment, {"CustomerRef": {"value": "1"}, "TotalAmt": total, "Line": [link]})
        self.assertEqual(o.Invoice.get(invoice.Id, qb=self.qb).Balance, 0)
        self.assertTrue(invoice.download_pdf(qb=self.qb).startswith(b"%PDF-"))
        self.assertEqual(invoice.send(qb=self.qb)["Invoice"]["EmailStatus"], "EmailSent")
        self.assertEqual(invoice.send(qb=self.qb, send_to="amy@amys.example")["Invoice"]["EmailStatus"], "EmailSent")

    def test_a_repeated_request_id_creates_once(self):
        key = str(uuid.uuid4())
        first, second = (o.Invoice.from_json(sale()).save(qb=self.qb, request_id=key) for _ in range(2))
        self.assertEqual(first.Id, second.Id)

    def test_a_batch_creates_updates_and_deletes(self):
        made = batch_create([o.Invoice.from_json(sale()) for _ in range(35)], qb=self.qb)
        self.assertEqual((len(made.successes), made.faults), (35, []))
        for invoice in made.successes:
            invoice.PrivateNote = "from a batch"
        changed = batch_update(made.successes, qb=self.qb)
        self.assertEqual({invoice.SyncToken for invoice in changed.successes}, {"1"})
        self.assertEqual(len(batch_delete(changed.successes, qb=self.qb).faults), 0)
        self.assertEqual(len(batch_delete(changed.successes, qb=self.qb).faults), 35)

    def test_changes_are_reported_with_what_is_gone(self):
        invoice = self.create(o.Invoice, sale())
        before = invoice.MetaData["CreateTime"] if isinstance(invoice.MetaData, dict) else invoice.MetaData.CreateTime
        invoice.delete(qb=self.qb)
        changes = change_data_capture([o.Invoice, o.Customer], before, qb=self.qb)
        gone = [row for row in changes.Invoice if row.Id == invoice.Id]
        self.assertEqual(gone[0].status, "Deleted")
        self.assertIn("1", [row.Id for row in changes.Customer])

    def test_queries_find_count_and_page(self):
        self.assertEqual(o.Customer.filter(DisplayName="Amy's Bird Sanctuary", Active=True, qb=self.qb)[0].Id, "1")
        self.assertEqual(len(o.Customer.all(order_by="Id", start_position=2, max_results=3, qb=self.qb)), 3)
        self.assertGreater(o.Item.count(qb=self.qb), 10)
        self.assertTrue(any(item.Sku for item in o.Item.all(qb=self.qb)))
        found = o.Customer.where("DisplayName LIKE 'A%'", order_by="DisplayName", max_results=10, qb=self.qb)
        self.assertIn("Amy's Bird Sanctuary", [row.DisplayName for row in found])

    def test_a_note_is_attached_and_preferences_are_read(self):
        note = o.Attachable()
        note.Note = "signed by hand"
        note.AttachableRef = [{"EntityRef": {"type": "Customer", "value": "1"}}]
        self.assertTrue(int(note.save(qb=self.qb).Id) > 0)
        self.assertTrue(o.Preferences.get(qb=self.qb).SalesFormsPrefs.AllowDiscount)
        self.assertEqual(o.CompanyInfo.get(REALM, qb=self.qb).Country, "US")

    def test_faults_arrive_as_the_clients_own_errors(self):
        with self.assertRaises(exceptions.ValidationException):
            self.create(o.Invoice, {"CustomerRef": {"value": "1"}})
        with self.assertRaises(exceptions.QuickbooksException) as taken:
            self.create(o.Customer, {"DisplayName": "Amy's Bird Sanctuary"})
        self.assertEqual(taken.exception.error_code, 6240)
        with self.assertRaises(exceptions.UnsupportedException):
            self.qb.get_single_object("customer/1", "5")
        with self.assertRaises(AuthClientError):
            connect(refresh_token="unknown")


if __name__ == "__main__":
    unittest.main()
