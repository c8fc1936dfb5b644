package decimal
