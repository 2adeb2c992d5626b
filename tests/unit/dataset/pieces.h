// A reader over a text that comes in pieces of chosen length, so that every place of an input is
// once the end of what could be read.
#ifndef VQAGEN_TEST_PIECES_H
#define VQAGEN_TEST_PIECES_H

#include "case.h"

#include "reader.h"

#include <sys/socket.h>

// The pieces are packets: one reading takes one.
static void read_pieces(struct reader *reader, const char *text, size_t piece)
{
    int ends[2];
    struct error why = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    for (size_t at = 0, length = strlen(text); at < length; at += piece) {
        size_t part = length - at < piece ? length - at : piece;
        assert_int_equal(send(ends[1], text + at, part, 0), part);
    }
    close(ends[1]);
    assert_true(reader_init(reader, ends[0], "pieces", &why));
}

#endif
