contact-title = Contact data
contact-noted = Who looked, when and for what was written into the audit trail. Please do not copy it or pass it on.
contact-back = Back to the order
contact-ask = Show contact data
contact-purpose = For what? (It is kept.)
contact-none = Left no contact data
contact-unnamed = Does not want the handling organisation to know who they are
contact-erased = Erased at their request
unnamed-label = Do not tell the handling organisation who I am (only the superior who calls back can reach me)
unnamed-lead = You chose not to tell the handling organisation who you are.
error-unnamed = This person does not want the handling organisation to know who they are. Ask them a question on the order instead, or let the superior contact them.
erase-title = Erase my data
erase-lead = Phone, e-mail and name go at once, and we cannot reach you afterwards. The order and what was done stay.
erase-words = Also erase what I wrote and my photos (once the order has ended; category, place, times and the grade of the rating stay for the figures)
erase-button = Erase
erase-for = Erase at their request
erased-lead = Your data was erased.
words-erased = The words were erased at the request of the person who placed the order.
event-erased = Personal data was erased at a reporter's request
rules-table-privacy = Personal data
keep-contact = Contact data, kept from the day on which the order ended
keep-answers = Answers to programs that may send again, kept from the request
keep-days = { $n ->
    [one] one day
   *[other] { $n } days
}
purpose-may = Purpose for which contact data may be shown
audit-contact_shown = Contact data shown
audit-erased = Personal data erased
erase-for-lead = Their contact data goes at once, and nobody can reach them afterwards. The order and what was done stay.
