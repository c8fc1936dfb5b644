package buffer
