# Downloads of the public list, and files that cannot be imported
export-title = Download this list
export-csv = CSV for Excel
export-note = All orders of this list with the same filter, as they stand now. No contact data.
error-import = The file cannot be imported: { $detail }
