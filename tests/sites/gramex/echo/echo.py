def reply(handler, message):
    handler.write_message(message)
