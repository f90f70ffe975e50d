"""Letters and forms on paper.

`words.py` and `paper.py` hold what print formats call (hooks.py, `jinja`); `people.py` decides which names and numbers a
paper may bear; `qr.py` draws the code; `batch.py` makes one file of a day's letters. The look stands once, in
`templates/print/paper.html`.
"""
