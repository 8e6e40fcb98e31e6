"""What verification takes out of a PDF: traces of signatures, fields, texts, embedded files, drawn codes."""
