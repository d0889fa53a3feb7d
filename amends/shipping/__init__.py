"""Where goods go and where they are: the merchant's address book, what carriers tell of a waybill, and their pushes."""
