"""What readers keep of the directory: searches, favourites, sheets to print, booklets."""
