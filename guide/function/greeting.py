"""The functions that this folder's gramex.yaml names."""

import asyncio


# [start:names]
def hello(handler):
    handler.write_message('hello')


def answer(handler, message):
    handler.write_message(f'you said {message}')


def goodbye(handler):
    print('closed with', handler.close_code)
# [end:names]


# [start:tell]
def tell(handler, message, salutation, mark='.'):
    handler.write_message(f'{salutation} {message}{mark}')
# [end:tell]


# [start:think]
async def think(handler, message):
    await asyncio.sleep(0.3)  # Others are served meanwhile.
    return f'I thought about {message}'
# [end:think]


# [start:where]
def where(handler, folder):
    handler.write_message({
        'folder': folder,
        'path_args': handler.path_args,
        'args': handler.args,
    })
# [end:where]
