"""What recipients and senders stand for: the life of the SMS, or the answer of the request."""



