"""The application in-process, without a server, and the package's public face."""



