"""One valid call and the wrong calls of every public name, a module each; the tests beside this folder run them."""
