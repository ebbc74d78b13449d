def reply(handler, message):
    print('Got', message)  # Readers see this in the Server pane.
    handler.write_message(f'Hello, {message}!')
