"""What is in the journal, finding it, and whose it is: over HTTP."""



